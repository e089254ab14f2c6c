"""Seeded synthetic cohorts with a planted utility; they say how the engine orders, nothing about clinical outcome."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean
from uuid import UUID

from vtclinic.features.matching.engine import AgeBand, Licence, PatientNeeds, Risk, TherapistOffer, Track
from vtclinic.features.matching.engine.assign import Waits, assign

TODAY = date(2026, 11, 22)
PLACES = ["DE", "DE-BY", "US-CA", "US-NY", "IE"]
LANGUAGES = ["en", "de", "es", "ar", "tr"]
FORMATS = ["video", "audio", "chat"]
PROBLEMS = ["anxiety", "depression", "trauma", "sleep", "grief", "ocd", "family", "work"]
MODALITIES = ["cbt", "act", "emdr", "psychodynamic", "systemic"]
TIMES = [f"{day}-{part}" for day in ("mon", "tue", "wed", "thu", "fri", "sat") for part in ("morning", "afternoon", "evening")]
STYLES = ["calm", "direct", "warm", "structured"]
GENDERS = ["woman", "man", "nonbinary"]
CULTURES = ["muslim", "lgbtq", "migrant", "rural"]


def some(rng: random.Random, values: list, low: int, high: int) -> frozenset:
    return frozenset(rng.sample(values, rng.randint(low, min(high, len(values)))))


def a_uid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128))


def an_offer(rng: random.Random) -> TherapistOffer:
    until = TODAY + timedelta(days=rng.choice([-30, -1, 0, 1, 400]))
    capacity = rng.randint(0, 30)
    return TherapistOffer(
        uid=a_uid(rng),
        licences=tuple(Licence(place, until, rng.random() < 0.9) for place in some(rng, PLACES, 1, 4)),
        languages=some(rng, LANGUAGES, 1, 3),
        age_bands=some(rng, list(AgeBand), 1, 4),
        formats=some(rng, FORMATS, 1, 3),
        capacity=capacity,
        caseload=rng.randint(0, capacity + 1),
        risk=rng.choice(list(Risk)),
        specialities=some(rng, PROBLEMS, 1, 5),
        modalities=some(rng, MODALITIES, 1, 3),
        times=some(rng, TIMES, 1, 10),
        culture=some(rng, CULTURES, 0, 2),
        traits={"gender": some(rng, GENDERS, 1, 1), "style": some(rng, STYLES, 1, 2)},
        track={problem: Track(rng.randint(0, 60), rng.random()) for problem in some(rng, PROBLEMS, 0, 4)},
    )


def an_open_offer(rng: random.Random) -> TherapistOffer:
    """Somebody no hard constraint keeps out, so that the order alone is tested."""
    offer = an_offer(rng)
    capacity = rng.randint(5, 30)
    return TherapistOffer(
        **{
            **vars(offer),
            "licences": (Licence("DE", TODAY, verified=True),),
            "languages": frozenset(LANGUAGES),
            "age_bands": frozenset(AgeBand),
            "formats": frozenset(FORMATS),
            "risk": Risk.HIGH,
            "capacity": capacity,
            "caseload": rng.randint(0, capacity - 1),
        }
    )


def some_needs(rng: random.Random, offers: list[TherapistOffer], *, open_to_all: bool = False) -> PatientNeeds:
    return PatientNeeds(
        uid=a_uid(rng),
        on=TODAY,
        place="DE-BY" if open_to_all else rng.choice(PLACES),
        languages=some(rng, LANGUAGES, 1, 2),
        age_band=rng.choice(list(AgeBand)),
        formats=some(rng, FORMATS, 0, 2),
        risk=rng.choice(list(Risk)),
        musts={} if open_to_all or rng.random() < 0.6 else {"gender": some(rng, GENDERS, 1, 2)},
        preferences={"style": some(rng, STYLES, 1, 2), "gender": some(rng, GENDERS, 1, 1)},
        problems=some(rng, PROBLEMS, 1, 3),
        modalities=some(rng, MODALITIES, 0, 2),
        times=some(rng, TIMES, 1, 6),
        culture=some(rng, CULTURES, 0, 1),
        blocked=frozenset() if open_to_all else frozenset(offer.uid for offer in offers if rng.random() < 0.1),
    )


def a_cohort(seed: int, *, size: int = 24, open_to_all: bool = False) -> tuple[PatientNeeds, list[TherapistOffer]]:
    rng = random.Random(seed)
    offers = [an_open_offer(rng) if open_to_all else an_offer(rng) for _ in range(size)]
    return some_needs(rng, offers, open_to_all=open_to_all), offers


def may_treat(needs: PatientNeeds, offer: TherapistOffer) -> bool:
    """The hard constraints a second time, in other words, so that the engine is not its own judge."""
    country = needs.place.split("-")[0]
    licensed = {licence.place for licence in offer.licences if licence.verified and licence.valid_until >= TODAY}
    wanted = {facet: values for facet, values in needs.musts.items() if values}
    return (
        bool(licensed & {country, needs.place})
        and not needs.languages.isdisjoint(offer.languages)
        and needs.age_band in offer.age_bands
        and offer.capacity - offer.caseload > 0
        and offer.risk >= needs.risk
        and (not needs.formats or not needs.formats.isdisjoint(offer.formats))
        and offer.uid not in needs.blocked
        and needs.uid not in offer.blocked
        and all(not values.isdisjoint(offer.traits[facet]) for facet, values in wanted.items())
    )


def planted_utility(needs: PatientNeeds, offer: TherapistOffer, rng: random.Random) -> float:
    """What this patient would truly gain: own weights per patient, diminishing returns, and a part no profile shows."""
    own = random.Random(needs.uid.int)
    covered = len(needs.problems & offer.specialities) / len(needs.problems)
    liked = sum(bool(wanted & offer.traits[facet]) for facet, wanted in needs.preferences.items()) / len(needs.preferences)
    shared = len(needs.times & offer.times)
    method = bool(needs.modalities & offer.modalities)
    understood = bool(needs.culture & offer.culture)
    parts = [(30, covered**0.7), (25, liked), (20, 1 - 0.4**shared), (10, method), (5, understood), (-10, offer.load)]
    return sum(weight * own.uniform(0.7, 1.3) * part for weight, part in parts) + rng.gauss(0, 3)


def a_waiting_list(seed: int, *, people: int, therapists: int, spare: float = 1.0) -> tuple[list[Waits], list[TherapistOffer]]:
    """People who wait and therapists for all of whom no rule but the caseload stands in the way; `spare` is places over people."""
    rng = random.Random(seed)
    offers = []
    for number in range(therapists):
        offer, space = an_open_offer(rng), max(1, round(people * spare * (number + 1) / therapists) - round(people * spare * number / therapists))
        capacity = round(space / rng.uniform(0.3, 0.7))
        offers.append(replace(offer, capacity=max(capacity, space), caseload=max(capacity, space) - space))
    return [Waits(some_needs(rng, offers, open_to_all=True), rng.randint(0, 60)) for _ in range(people)], offers


def gini(values: Sequence[float]) -> float:
    """Return how unevenly something is spread: 0 is even, 1 is all with one."""
    ordered, count = sorted(values), len(values)
    return 2 * sum(place * value for place, value in enumerate(ordered, 1)) / (count * sum(ordered)) - (count + 1) / count if sum(ordered) else 0.0


# Two of three languages each, so that every language has the same part of the places.
_SPOKEN = (frozenset({"en", "es"}), frozenset({"es", "ar"}), frozenset({"ar", "en"}))


def waits_by_group(seeds: Iterable[int], *, weeks: int = 26) -> dict[str, dict[str, float]]:
    """Let people of several groups come week after week, a little more than there are places, and return each group's mean wait in days.

    Each language is spoken by as large a part of the therapists as of the people; what differs is chance and what the batch does. The seeds'
    years are taken together.
    """
    waited: dict[str, defaultdict[str, list[float]]] = {kind: defaultdict(list) for kind in ("language", "age", "gender wish")}
    for seed in seeds:
        _let_wait(seed, weeks, waited)
    return {kind: {name: fmean(days) for name, days in found.items()} for kind, found in waited.items()}


def _let_wait(seed: int, weeks: int, waited: dict[str, defaultdict[str, list[float]]]) -> None:
    rng = random.Random(seed)
    therapists = [replace(an_open_offer(rng), languages=_SPOKEN[number % 3], caseload=0, capacity=100) for number in range(12)]
    queue: list[tuple[int, dict[str, str], PatientNeeds]] = []
    for week in range(weeks):
        for _ in range(26):
            group = {"language": rng.choice(["en", "es", "ar"]), "age": rng.choice(["adult", "adult", "adult", "older"]), "gender wish": rng.choice(GENDERS)}
            needs = replace(some_needs(rng, therapists, open_to_all=True), languages=frozenset({group["language"]}), age_band=AgeBand(group["age"]), risk=Risk.NONE)
            queue.append((week, group, replace(needs, preferences={"gender": frozenset({group["gender wish"]})})))
        offers = [replace(each, capacity=each.caseload + 2) for each in therapists]
        pairs = assign([Waits(needs, 7.0 * (week - since)) for since, _group, needs in queue], offers, seed=seed).pairs
        for since, group, needs in queue:
            for kind, name in group.items():
                if needs.uid in pairs:
                    waited[kind][name].append(7.0 * (week - since) + 3.5)
        queue = [entry for entry in queue if entry[2].uid not in pairs]
