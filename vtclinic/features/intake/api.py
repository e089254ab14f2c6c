"""What other features may use of intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from vtclinic.features.intake import service
from vtclinic.features.intake.consents import standing
from vtclinic.features.intake.news import NeedsChanged
from vtclinic.features.intake.questions import CONSENTS
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

__all__ = ["IntakeState", "Needs", "NeedsChanged", "may_be_cared_for", "needs", "state"]

Words = frozenset[str]


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


@dataclass(frozen=True)
class IntakeState:
    """How far a patient has come; `next_endpoint` leads to what is next and needs no values."""

    next_endpoint: str
    done: int
    total: int
    finished: bool
    sent: bool


def needs(patient_uid: UUID) -> Needs | None:
    """Return what a patient needs, or None until they sent it. The caller has authorised."""
    sheet = service.answers_of(patient_uid)
    if not sheet.sent:
        return None
    patient = records.patient(patient_uid)
    chosen = {key: frozenset(sheet.answers.get(key) or ()) for key in ("problems", "formats", "times", "gender", "style", "musts")}
    wishes = {facet: chosen[facet] for facet in ("gender", "style", "times") if chosen[facet]}
    musts = {facet: values for facet, values in wishes.items() if facet in chosen["musts"]}
    preferences = {facet: values for facet, values in wishes.items() if facet not in musts and facet != "times"}
    return Needs(
        patient_uid=patient_uid,
        country=patient.country,
        region=patient.region,
        languages=frozenset(patient.languages),
        born=patient.date_of_birth,
        problems=chosen["problems"],
        formats=chosen["formats"],
        times=chosen["times"],
        preferences=preferences,
        musts=musts,
        risk=_risk(patient_uid),
    )


def state(patient_uid: UUID) -> IntakeState:
    """Tell how far a patient has come; questions and questionnaires count alike."""
    sheet = service.answers_of(patient_uid)
    questions, packs = [each.key for each in sheet.questions], len(sheet.plan.packs)
    if not sheet.sent:
        return IntakeState("intake.go_on", sum(key in sheet.answers for key in questions), len(questions) + packs, finished=False, sent=False)
    waiting = sheet.waiting
    total = len(questions) + packs
    return IntakeState("intake.go_on" if waiting else "matching.choices", total - len(waiting), total, finished=not waiting, sent=True)


def may_be_cared_for(patient_uid: UUID) -> bool:
    """Tell whether every agreement that care needs stands today."""
    return set(standing(patient_uid)) >= set(CONSENTS)


def _risk(patient_uid: UUID) -> int:
    newest = progress.latest_scores([patient_uid]).get(patient_uid, {})
    return min(2, max((view.risk_answer or 0 for view in newest.values()), default=0))
