"""Batches: the optimum on small cases, even caseloads, and groups that wait alike; seeded cohorts, no clinical claim."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._cohorts import a_cohort, a_waiting_list, gini, some_needs, waits_by_group
from vtclinic.features.matching.engine import Scorer, Weights, fits
from vtclinic.features.matching.engine.assign import MOST_DAYS, PER_DAY, PLACED, Waits, assign, price, worth
from vtclinic.features.matching.engine.two_sided import blocking, pair

seeds = st.integers(0, 2**32)


def a_small_case(seed: int) -> tuple[list[Waits], list]:
    rng = random.Random(seed)
    _, offers = a_cohort(seed, size=3, open_to_all=True)
    offers = [replace(offer, capacity=offer.caseload + rng.randint(1, 2)) for offer in offers]
    if rng.random() < 0.5:
        offers[0] = replace(offers[0], languages=frozenset({"tr"}))
    return [Waits(some_needs(rng, offers, open_to_all=True), rng.randint(0, 90)) for _ in range(5)], offers


def total(waiting: list[Waits], offers: list, pairs: dict) -> float:
    """Add up what a set of pairs costs, each therapist's places filled from the first on."""
    people, spent = {each.needs.uid: each for each in waiting}, 0.0
    for offer in offers:
        mine = [people[person] for person, therapist in pairs.items() if therapist == offer.uid]
        spent += sum(price(offer, nth) for nth in range(len(mine)))
        spent -= sum(worth(each, merit(each, offer), max(merit(each, other) for other in offers if fits(each.needs, other))) for each in mine)
    return spent


def merit(each: Waits, offer) -> float:
    return Scorer(each.needs, Weights()).merit(offer)


def best_by_hand(waiting: list[Waits], offers: list) -> float:
    """Try every way to place five people."""
    best = 0.0
    for way in itertools.product([None, *offers], repeat=len(waiting)):
        chosen = list(zip(waiting, way, strict=True))
        if any(offer is not None and not fits(each.needs, offer) for each, offer in chosen):
            continue
        if any(sum(other is offer for other in way) > offer.space for offer in offers):
            continue
        best = min(best, total(waiting, offers, {each.needs.uid: offer.uid for each, offer in chosen if offer is not None}))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_finds_the_optimum_of_small_cases_tried_by_hand(seed):
    waiting, offers = a_small_case(seed)
    found = assign(waiting, offers, seed=seed)
    assert total(waiting, offers, found.pairs) == pytest.approx(best_by_hand(waiting, offers), abs=1e-6)


@settings(max_examples=25)
@given(seeds, st.randoms(use_true_random=False))
def test_a_batch_breaks_no_rule_fills_nobody_over_and_is_the_same_in_any_order(seed, rng):
    waiting, offers = a_waiting_list(seed, people=30, therapists=8)
    found = assign(waiting, offers, seed=seed)
    by_uid, people = {offer.uid: offer for offer in offers}, {each.needs.uid: each.needs for each in waiting}
    assert all(fits(people[person], by_uid[therapist]) for person, therapist in found.pairs.items())
    taken = list(found.pairs.values())
    assert all(taken.count(offer.uid) <= offer.space for offer in offers)
    assert set(found.in_the_way) == {uid for uid, count in found.open_to.items() if not count}
    rng.shuffle(waiting)
    rng.shuffle(offers)
    assert assign(waiting, offers, seed=seed).pairs == found.pairs


def test_of_two_who_fit_the_same_place_the_longer_wait_goes_first():
    waiting, offers = a_small_case(1)
    only = [replace(offers[1], capacity=offers[1].caseload + 1)]
    first, second = (replace(each, days=days) for each, days in zip(waiting[:2], (200, 10), strict=True))
    assert assign([second, first], only).pairs == {first.needs.uid: only[0].uid}
    assert assign([replace(second, days=300), first], only).pairs == {second.needs.uid: only[0].uid}


def test_nobody_stays_without_a_place_so_that_others_fit_better():
    waiting, offers = a_small_case(2)
    found = assign(waiting, offers)
    assert len(found.pairs) == min(len(waiting), sum(offer.space for offer in offers))
    assert PLACED > 5_000 * (PER_DAY * MOST_DAYS + 200)


@pytest.mark.parametrize("seed", range(3))
def test_with_places_for_everybody_caseloads_stay_even(seed):
    waiting, offers = a_waiting_list(seed, people=150, therapists=30, spare=1.3)
    pairs = assign(waiting, offers, seed=seed).pairs
    assert len(pairs) == len(waiting)
    taken = list(pairs.values())
    assert gini([(offer.caseload + taken.count(offer.uid)) / offer.capacity for offer in offers]) <= 0.20


def test_groups_wait_alike_when_places_are_short():
    for waits in waits_by_group(range(3)).values():
        assert max(waits.values()) / min(waits.values()) <= 1.25, waits


@settings(max_examples=60)
@given(seeds)
def test_where_both_sides_rank_no_two_would_rather_have_each_other(seed):
    rng = random.Random(seed)
    people, therapists = [rng.getrandbits(64) for _ in range(rng.randint(0, 9))], [rng.getrandbits(64) for _ in range(rng.randint(1, 5))]
    wishes = {person: rng.sample(therapists, rng.randint(0, len(therapists))) for person in people}
    ranks = {each: {person: place for place, person in enumerate(rng.sample(people, rng.randint(0, len(people))))} for each in therapists}
    places = {each: rng.randint(0, 3) for each in therapists}
    pairs = pair(wishes, ranks, places)
    assert blocking(pairs, wishes, ranks, places) == []
    assert all(therapist in wishes[person] and person in ranks[therapist] for person, therapist in pairs.items())
    taken = list(pairs.values())
    assert all(taken.count(each) <= places[each] for each in therapists)
    assert pair(dict(reversed(wishes.items())), ranks, places) == pairs


def test_a_pairing_that_two_would_leave_is_found_out():
    wishes, ranks = {1: [10, 20], 2: [10]}, {10: {1: 0, 2: 1}, 20: {1: 0}}
    assert blocking({1: 20, 2: 10}, wishes, ranks, {10: 1, 20: 1}) == [(1, 10)]


def test_the_solver_is_not_loaded_with_the_application():
    code = "import sys, vtclinic.app; sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
