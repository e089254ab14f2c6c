"""CPU of matching one person and of placing many, and, beside it, how good the matches are in seeded, made-up cohorts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from math import log2
from statistics import fmean
from typing import Any
from uuid import UUID

from benchmarks._cohorts import a_cohort, a_waiting_list, gini, may_treat, planted_utility, waits_by_group
from benchmarks._report import Report
from vtclinic.features.matching.engine import PatientNeeds, TherapistOffer, match
from vtclinic.features.matching.engine.assign import assign

ONE_MS, BATCH_SECONDS = 20.0, 2.0
LEAST_NDCG, MOST_GINI, MOST_RATIO = 0.90, 0.20, 1.25


def run(*, cohorts: int = 1000, alone: int = 1000, people: int = 500, therapists: int = 100, years: int = 5) -> dict[str, Any]:
    """Measure the engine by itself, without a database. The cohorts say how it orders and places, nothing about clinical outcome."""
    report = Report("matching")
    report.figures |= {"cohorts": cohorts, "therapists for one person": alone, "batch": f"{people} people, {therapists} therapists"}
    needs, offers = a_cohort(3, size=alone, open_to_all=True)
    match(needs, offers)
    report.at_most("one person, CPU ms", 1000 * _spent(lambda: match(needs, offers), 10), ONE_MS)
    waiting, places = a_waiting_list(1, people=people, therapists=therapists, spare=1.3)
    assign(waiting[:2], places[:2])  # loads the solver
    report.at_most("batch, CPU s", _spent(lambda: assign(waiting, places), 1), BATCH_SECONDS)
    report.at_most("hard constraints broken", sum(map(_broken, range(cohorts))), 0)
    engine, chance, free_time = (fmean(column) for column in zip(*map(_orders, range(cohorts)), strict=True))
    report.figures |= {"NDCG@3 by chance": round(chance, 3), "NDCG@3 by shared times alone": round(free_time, 3)}
    report.at_least("NDCG@3 against a planted utility", engine, LEAST_NDCG)
    report.at_least("NDCG@3 above chance", engine - chance, 0.0)
    report.at_least("NDCG@3 above shared times alone", engine - free_time, 0.0)
    taken = list(assign(waiting, places).pairs.values())
    report.at_most("Gini of caseloads, demand below capacity", gini([(each.caseload + taken.count(each.uid)) / each.capacity for each in places]), MOST_GINI)
    ratios = [max(waits.values()) / min(waits.values()) for waits in waits_by_group(range(years)).values()]
    report.at_most("longest wait of a group over the shortest", max(ratios), MOST_RATIO)
    report.at_most("results that a second run changes", sum(map(_differs, range(0, cohorts, 10))), 0)
    return report.as_dict()


def ndcg(order: list[TherapistOffer], grades: dict[UUID, int]) -> float:
    """Return NDCG@3 with gains 2^grade - 1: the top fifth by planted utility is worth 15, the bottom fifth nothing."""
    gains = [2 ** grades[offer.uid] - 1 for offer in order]
    return _discounted(gains) / _discounted(sorted((2**grade - 1 for grade in grades.values()), reverse=True))


def grades_of(needs: PatientNeeds, offers: list[TherapistOffer], rng: random.Random) -> dict[UUID, int]:
    """Sort the offers into fifths by planted utility, 4 the best."""
    ranked = sorted(offers, key=lambda offer: planted_utility(needs, offer, rng))
    return {offer.uid: 5 * place // len(ranked) for place, offer in enumerate(ranked)}


def _discounted(gains: list[int]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains[:3]))


def _spent(work: Callable[[], object], times: int) -> float:
    before = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - before) / times


def _broken(seed: int) -> int:
    needs, offers = a_cohort(seed)
    by_uid = {offer.uid: offer for offer in offers}
    return sum(not may_treat(needs, by_uid[choice.uid]) for choice in match(needs, offers, seed=seed).choices)


def _orders(seed: int) -> tuple[float, float, float]:
    needs, offers = a_cohort(seed, open_to_all=True)
    rng = random.Random(-seed - 1)
    grades, by_uid = grades_of(needs, offers, rng), {offer.uid: offer for offer in offers}
    engine = ndcg([by_uid[choice.uid] for choice in match(needs, offers, seed=seed).choices], grades)
    shuffled = rng.sample(offers, len(offers))
    return engine, ndcg(shuffled, grades), ndcg(sorted(shuffled, key=lambda offer: -len(needs.times & offer.times)), grades)


def _differs(seed: int) -> bool:
    return match(*a_cohort(seed), seed=seed) != match(*a_cohort(seed), seed=seed)
