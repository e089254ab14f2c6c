"""What the engine compares: therapists' profiles and licences as offers, a patient's record and answers as needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching.engine import AgeBand, Licence, PatientNeeds, Risk, TherapistOffer, Track, age_band
from vtclinic.features.matching.models import TrackRecord
from vtclinic.features.matching.standing import Standing
from vtclinic.features.staff import api as staff


def needs_of(patient_uid: UUID, blocked: frozenset[UUID] = frozenset()) -> PatientNeeds | None:
    """Return what a patient needs today, or None while the questions, the place or the languages are missing."""
    told = intake.needs(patient_uid)
    return needs_from(told, blocked) if told is not None else None


def needs_from(told: intake.Needs, blocked: frozenset[UUID] = frozenset()) -> PatientNeeds | None:
    """Return answers as needs; `blocked` are therapists the patient is kept from."""
    if not told.country or not told.languages:
        return None
    today = clock.now().date()
    return PatientNeeds(
        uid=told.patient_uid,
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
        blocked=blocked,
    )


def all_offers(stands: Standing) -> list[TherapistOffer]:
    """Return everybody who works here as an offer, in one query, and one more where track records count."""
    tracks = track_records() if stands.weights.use_track else {}
    return [_offer(person, licences, stands, tracks.get(person.uid, {})) for person, licences in staff.practising()]


def track_records() -> dict[UUID, dict[str, Track]]:
    """Return how each therapist's closed cases went, by problem, as the night counted them."""
    found: dict[UUID, dict[str, Track]] = {}
    for row in session().scalars(select(TrackRecord)):
        found.setdefault(row.therapist_uid, {})[row.problem] = Track(row.cases, row.effect)
    return found


def until(offer: TherapistOffer, place: str, on: date) -> date | None:
    """Return the last day on which this therapist may work at a place, None when not even today."""
    return max((licence.valid_until for licence in offer.licences if licence.covers(place, on)), default=None)


def place_code(country: str, region: str) -> str:
    """Return a place as licences name it: IE, or US-CA."""
    return f"{country}-{region}" if region else country


def _offer(person: staff.Therapist, licences: Iterable[staff.Credential], stands: Standing, track: Mapping[str, Track]) -> TherapistOffer:
    held = stands.held.get(person.uid, 0)
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
        caseload=stands.caseload.get(person.uid, 0) + held,
        new_per_week=stands.per_week.get(person.uid),
        new_this_week=stands.begun.get(person.uid, 0) + held,
        paused=person.uid in stands.paused,
        risk=Risk(person.risk),
        specialities=frozenset(person.specialities),
        modalities=frozenset(person.modalities),
        times=frozenset(person.times),
        traits=traits,
        track=track,
    )


def _licence(entry: staff.Credential) -> Licence:
    return Licence(place_code(entry.country, entry.region), entry.expires_on, entry.state == staff.CredentialState.VERIFIED)
