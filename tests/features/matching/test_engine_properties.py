"""Properties over seeded cohorts: no hard violation, a good order, and the same result for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._cohorts import a_cohort, may_treat
from benchmarks.matching import grades_of, ndcg
from vtclinic.features.matching.engine import Constraint, Weights, match, violations

COHORTS = 1_000
seeds = st.integers(0, 2**32)


def test_no_hard_constraint_is_broken_in_1000_cohorts_and_nobody_who_fits_is_lost():
    matched = 0
    for seed in range(COHORTS):
        needs, offers = a_cohort(seed)
        by_uid = {offer.uid: offer for offer in offers}
        allowed = {offer.uid for offer in offers if may_treat(needs, offer)}
        result = match(needs, offers, seed=seed)
        chosen = [choice.uid for choice in result.choices]
        assert all(may_treat(needs, by_uid[uid]) for uid in chosen)
        assert (len(chosen), len(set(chosen)), result.fitting) == (min(3, len(allowed)), len(chosen), len(allowed))
        matched += bool(chosen)
    assert COHORTS * 0.1 < matched < COHORTS * 0.9, "the cohorts must hold both patients who fit somewhere and patients who do not"


def test_the_order_finds_a_planted_utility_better_than_chance_and_than_free_time():
    engine, chance, free_time = [], [], []
    for seed in range(COHORTS):
        needs, offers = a_cohort(seed, open_to_all=True)
        rng = random.Random(-seed - 1)
        grades = grades_of(needs, offers, rng)
        by_uid = {offer.uid: offer for offer in offers}
        engine.append(ndcg([by_uid[choice.uid] for choice in match(needs, offers, seed=seed).choices], grades))
        shuffled = rng.sample(offers, len(offers))
        chance.append(ndcg(shuffled, grades))
        free_time.append(ndcg(sorted(shuffled, key=lambda offer: -len(needs.times & offer.times)), grades))
    assert fmean(engine) >= 0.90
    assert fmean(engine) > fmean(free_time) > fmean(chance)


@given(seeds, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_same_seed_gives_the_same_result_in_any_order_of_offers(seed, draw, rng):
    needs, offers = a_cohort(seed)
    result = match(needs, offers, seed=draw)
    assert match(*a_cohort(seed), seed=draw) == result
    rng.shuffle(offers)
    assert match(needs, iter(offers), seed=draw) == result


@given(seeds)
def test_choices_are_ordered_by_score_with_one_to_three_reasons_that_are_true(seed):
    needs, offers = a_cohort(seed)
    by_uid = {offer.uid: offer for offer in offers}
    result = match(needs, offers)
    scores = [choice.score for choice in result.choices]
    assert scores == sorted(scores, reverse=True)
    for choice in result.choices:
        offer = by_uid[choice.uid]
        assert 1 <= len(choice.reasons) <= 3
        assert all(reason.values and set(reason.values) <= offer.facet(reason.facet) for reason in choice.reasons)
        assert all(set(entry.wanted).isdisjoint(offer.facet(entry.facet)) for entry in choice.unmet)


RELAXED = {
    Constraint.LANGUAGE: lambda needs, offer: (replace(needs, languages=offer.languages), offer),
    Constraint.FORMAT: lambda needs, offer: (replace(needs, formats=frozenset()), offer),
    Constraint.CAPACITY: lambda needs, offer: (needs, replace(offer, capacity=offer.caseload + 1)),
    Constraint.AGE: lambda needs, offer: (needs, replace(offer, age_bands=frozenset({needs.age_band}))),
    Constraint.RISK: lambda needs, offer: (replace(needs, risk=0), offer),
    Constraint.BLOCKED: lambda needs, offer: (replace(needs, blocked=frozenset()), offer),
    Constraint.MUST: lambda needs, offer: (replace(needs, musts={}), offer),
}


@given(seeds.map(lambda seed: a_cohort(seed, size=40)).filter(lambda cohort: not match(*cohort).choices))
def test_relaxing_what_is_named_gives_as_many_as_was_said(cohort):
    needs, offers = cohort
    for entry in match(needs, offers).relaxations:
        relax = RELAXED.get(entry.violation.constraint)
        if relax:
            assert sum(may_treat(*relax(needs, offer)) for offer in offers) == entry.count


@given(seeds, st.sampled_from(["problems", "preferences", "times", "modality", "culture", "load"]))
def test_weights_change_the_order_and_never_who_may_be_shown(seed, part):
    needs, offers = a_cohort(seed)
    result = match(needs, offers, Weights(**{part: 0}))
    assert result.fitting == match(needs, offers).fitting
    assert all(not violations(needs, offer) for offer in offers if offer.uid in {choice.uid for choice in result.choices})


@pytest.mark.parametrize("seed", range(3))
def test_an_offer_that_does_not_fit_changes_nothing_about_those_who_do(seed):
    needs, offers = next(cohort for cohort in map(a_cohort, range(seed * 100, seed * 100 + 100)) if match(*cohort).choices)
    fitting = [offer for offer in offers if may_treat(needs, offer)]
    assert match(needs, fitting).choices == match(needs, offers).choices
