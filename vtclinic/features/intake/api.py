"""What other features may use of intake."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vtclinic.core.uow import once
from vtclinic.features.intake import service
from vtclinic.features.intake.consents import standing
from vtclinic.features.intake.needs import Needs, needs_of, sent_at, waiting_for_care
from vtclinic.features.intake.news import NeedsChanged
from vtclinic.features.intake.questions import CONSENTS

__all__ = ["IntakeState", "Needs", "NeedsChanged", "may_be_cared_for", "needs", "needs_of", "sent_at", "state", "waiting_for_care"]


@dataclass(frozen=True)
class IntakeState:
    """How far a patient has come; `next_endpoint` leads to what is next and needs no values."""

    next_endpoint: str
    done: int
    total: int
    finished: bool
    sent: bool


@once
def needs(patient_uid: UUID) -> Needs | None:
    """Return what a patient needs, or None until they sent it. The caller has authorised."""
    return needs_of([patient_uid]).get(patient_uid)


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
