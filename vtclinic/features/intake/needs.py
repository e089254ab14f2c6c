"""What patients need from a therapist: the record, the answers and the newest risk answer of many at once, in two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select

from vtclinic.core.policy import PATIENT
from vtclinic.core.uow import session
from vtclinic.features.intake.models import Intake, IntakeAnswer
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.identity.service import User, UserState

Words = frozenset[str]
_ASKED = ("problems", "formats", "times", "gender", "style", "musts")


@dataclass(frozen=True)
class Needs:
    """What a patient needs from a therapist, in the words of `staff.api`'s vocabulary.

    `preferences` and `musts` map a facet (gender, style, times) to the values that would do; a facet is in one of them. `formats` always counts
    as a must; empty sets ask for nothing. `risk` is 0, 1 or 2 by the newest answer about self-harm. `born` is None when not told.
    """

    patient_uid: UUID
    country: str
    region: str
    languages: Words
    born: date | None
    problems: Words = frozenset()
    formats: Words = frozenset()
    times: Words = frozenset()
    modalities: Words = frozenset()
    culture: Words = frozenset()
    preferences: Mapping[str, Words] = field(default_factory=dict)
    musts: Mapping[str, Words] = field(default_factory=dict)
    risk: int = 0


def needs_of(patient_uids: Iterable[UUID]) -> dict[UUID, Needs]:
    """Return what patients need; whoever has not sent it is absent. The caller has authorised."""
    uids = list(patient_uids)
    if not uids:
        return {}
    session().flush()
    answers: dict[UUID, dict[str, Any]] = {}
    people: dict[UUID, records.Patient] = {}
    for patient, answer in session().execute(_sent(), {"uids": uids}):
        people[patient.uid] = patient
        told = answers.setdefault(patient.uid, {})
        if answer is not None and answer.question in _ASKED:
            told[answer.question] = answer.value
    scores = progress.latest_scores(people)
    return {uid: _needs(people[uid], told, _risk(scores.get(uid, {}))) for uid, told in answers.items()}


def waiting_for_care() -> dict[UUID, datetime]:
    """Return who has sent what they need and has nobody caring for them yet, and since when they wait, the longest first; one query."""
    cared_for = exists().where(records.CareRelation.patient_uid == Intake.patient_uid, records.CareRelation.until.is_(None))
    chosen = (
        select(Intake.patient_uid, Intake.sent_at, User)
        .join(User, User.uid == Intake.patient_uid)
        .where(Intake.sent_at.is_not(None), User.state == UserState.ACTIVE, ~cared_for)
        .order_by(Intake.sent_at, Intake.patient_uid)
    )
    return {uid: since for uid, since, user in session().execute(chosen) if since is not None and PATIENT in user.roles}


def sent_at() -> dict[UUID, datetime]:
    """Return when each patient sent what they need, whatever came of it; one query."""
    chosen = select(Intake.patient_uid, Intake.sent_at).where(Intake.sent_at.is_not(None))
    return {uid: at for uid, at in session().execute(chosen) if at is not None}


@cache
def _sent() -> Select[records.Patient, IntakeAnswer]:
    return (
        select(records.Patient, IntakeAnswer)
        .join(Intake, Intake.patient_uid == records.Patient.uid)
        .outerjoin(IntakeAnswer, IntakeAnswer.patient_uid == records.Patient.uid)
        .where(records.Patient.uid.in_(bindparam("uids", expanding=True)), Intake.sent_at.is_not(None))
    )


def _needs(patient: records.Patient, told: Mapping[str, Any], risk: int) -> Needs:
    chosen = {key: frozenset(told.get(key) or ()) for key in _ASKED}
    wishes = {facet: chosen[facet] for facet in ("gender", "style", "times") if chosen[facet]}
    musts = {facet: values for facet, values in wishes.items() if facet in chosen["musts"]}
    return Needs(
        patient_uid=patient.uid,
        country=patient.country,
        region=patient.region,
        languages=frozenset(patient.languages),
        born=patient.date_of_birth,
        problems=chosen["problems"],
        formats=chosen["formats"],
        times=chosen["times"],
        preferences={facet: values for facet, values in wishes.items() if facet not in musts and facet != "times"},
        musts=musts,
        risk=risk,
    )


def _risk(newest: Mapping[str, progress.ScoreView]) -> int:
    return min(2, max((view.risk_answer or 0 for view in newest.values()), default=0))
