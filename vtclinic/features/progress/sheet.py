"""One questionnaire as it is filled in: its questions, the answers so far, and what they mean for going on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.progress import catalogue
from vtclinic.features.progress.instruments import Instrument, RiskLevel, risk_of
from vtclinic.features.progress.models import Answer, Response

CAN_CHANGE = timedelta(hours=1)


@dataclass(frozen=True)
class Sheet:
    """One questionnaire as its patient sees it: the questions and what was answered so far."""

    response: Response
    instrument: Instrument
    answers: dict[int, Answer]

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.instrument.items)

    @property
    def answered(self) -> int:
        """How many were dealt with, the skipped ones too."""
        return len(self.answers)

    @property
    def next_item(self) -> int | None:
        """The first question that nobody has dealt with; None after the last."""
        return next((item.number for item in self.instrument.items if item.number not in self.answers), None)

    @property
    def skipped(self) -> list[int]:
        """The questions that were skipped."""
        return [number for number, answer in sorted(self.answers.items()) if answer.value is None]

    @property
    def raised(self) -> bool:
        """Tell whether an answer names self-harm."""
        return any(risk_of(self.instrument, number, answer.value) for number, answer in self.answers.items())

    @property
    def urgent(self) -> bool:
        """Tell whether the care team is told to act now: by an answer, or because somebody is not sure to be safe."""
        levels = {risk_of(self.instrument, number, answer.value) for number, answer in self.answers.items()}
        return RiskLevel.NOW in levels or self.response.safety in ("unsure", "no")

    @property
    def can_change(self) -> bool:
        """Tell whether answers can still be changed: until it is sent, and for an hour after."""
        finished = self.response.finished_at
        return self.response.is_open if finished is None else clock.now() < finished + CAN_CHANGE

    @property
    def needs_line(self) -> bool:
        """Tell whether it is still to be said which of several cut-offs applies."""
        return self.instrument.asks_which_line and self.response.line is None

    def is_risk_item(self, number: int) -> bool:
        """Tell whether a question asks about self-harm."""
        return any(risk.item == number for risk in self.instrument.risk_items)

    def said(self, number: int) -> str:
        """Return the words of the answer so far; empty when skipped."""
        return self._words(number, self.value_of(number))

    def said_before(self, number: int) -> str:
        """Return the words of the answer before this one."""
        earlier = self.answers[number].earlier
        return self._words(number, earlier[-1]) if earlier else ""

    def value_of(self, number: int) -> int | None:
        """Return the value chosen so far."""
        answer = self.answers.get(number)
        return answer.value if answer else None

    def _words(self, number: int, value: int | None) -> str:
        item = self.instrument.item(number)
        return next((each.text for each in item.answers if each.value == value), "") if item else ""


def make_sheet(row: Response, answers: Iterable[Answer]) -> Sheet:
    """Put a questionnaire together from its rows."""
    return Sheet(row, catalogue.find(row.instrument, row.version), {each.item: each for each in answers})


def answers_of(uid: UUID) -> list[Answer]:
    """Return the answers of one questionnaire."""
    return list(session().scalars(select(Answer).where(Answer.response_uid == uid).order_by(Answer.item)))
