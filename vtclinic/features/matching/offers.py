"""What the engine compares: therapists' profiles and licences as offers, a patient's record and answers as needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from vtclinic.core import clock
from vtclinic.features.intake import api as intake
from vtclinic.features.matching.engine import AgeBand, Licence, PatientNeeds, Risk, TherapistOffer, age_band
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff


def needs_of(patient_uid: UUID) -> PatientNeeds | None:
    """Return what a patient needs today, or None while the questions, the place or the languages are missing."""
    told = intake.needs(patient_uid)
    if told is None or not told.country or not told.languages:
        return None
    today = clock.now().date()
    return PatientNeeds(
        uid=patient_uid,
        on=today,
        place=place_code(told.country, told.region),
        languages=told.languages,
        age_band=age_band(told.born, today) if told.born else AgeBand.ADULT,  # whoever registers says that they are an adult
        formats=told.formats,
        risk=Risk(told.risk),
        musts=told.musts,
        preferences=told.preferences,
        problems=told.problems,
        modalities=told.modalities,
        times=told.times,
        culture=told.culture,
    )


def all_offers() -> list[TherapistOffer]:
    """Return everybody who works here as an offer; the number of queries does not grow with them."""
    people = staff.active_therapists()
    return offers_of(people)


def offers_of(people: Iterable[staff.Therapist]) -> list[TherapistOffer]:
    """Return these therapists as offers."""
    listed = list(people)
    licences, loads = staff.credentials_of(person.uid for person in listed), records.caseloads()
    return [_offer(person, licences[person.uid], loads.get(person.uid, 0)) for person in listed]


def until(offer: TherapistOffer, place: str, on: date) -> date | None:
    """Return the last day on which this therapist may work at a place, None when not even today."""
    return max((licence.valid_until for licence in offer.licences if licence.covers(place, on)), default=None)


def place_code(country: str, region: str) -> str:
    """Return a place as licences name it: IE, or US-CA."""
    return f"{country}-{region}" if region else country


def _offer(person: staff.Therapist, licences: Iterable[staff.Credential], caseload: int) -> TherapistOffer:
    traits = {"style": frozenset(person.styles)}
    if person.gender:
        traits["gender"] = frozenset({person.gender})
    return TherapistOffer(
        uid=person.uid,
        licences=tuple(_licence(entry) for entry in licences),
        languages=frozenset(person.languages),
        age_bands=frozenset(AgeBand(band) for band in person.age_bands),
        formats=frozenset(person.formats),
        capacity=person.capacity,
        caseload=caseload,
        risk=Risk(person.risk),
        specialities=frozenset(person.specialities),
        modalities=frozenset(person.modalities),
        times=frozenset(person.times),
        traits=traits,
    )


def _licence(entry: staff.Credential) -> Licence:
    return Licence(place_code(entry.country, entry.region), entry.expires_on, entry.state == staff.CredentialState.VERIFIED)
