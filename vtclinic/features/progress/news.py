"""What progress tells the features above it, in the transaction of the answer itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class RiskAnswered:
    """Somebody gave an answer that names self-harm. It may be told more than once for one response.

    `urgency` is "same_day" or "now".
    """

    patient_uid: UUID
    response_uid: UUID
    instrument_id: str
    item: int
    value: int
    urgency: str


@dataclass(frozen=True)
class RiskAnswerLowered:
    """Somebody changed such an answer to one that raises nothing (None: skipped). What was raised stays raised."""

    patient_uid: UUID
    response_uid: UUID
    item: int
    value: int | None


@dataclass(frozen=True)
class SafetyAnswered:
    """Somebody answered "Are you safe right now?" with yes, unsure or no."""

    patient_uid: UUID
    response_uid: UUID
    answer: str


@dataclass(frozen=True)
class QuestionnaireFinished:
    """Somebody finished a questionnaire, whole or with skipped questions. It is told once for one response."""

    patient_uid: UUID
    response_uid: UUID
    instrument_id: str
