"""Seeded synthetic cohorts with a planted utility; they say how the engine orders, nothing about clinical outcome."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

from vtclinic.features.matching.engine import AgeBand, Licence, PatientNeeds, Risk, TherapistOffer, Track

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
