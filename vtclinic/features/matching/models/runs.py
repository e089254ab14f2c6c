"""What a match showed and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.features.matching.engine import Constraint, Decider, Reason, Relaxation, Unmet, Violation

FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Shown:
    """One therapist as a match showed them; `until` is the last day of the licence that covers the patient."""

    uid: UUID
    reasons: tuple[Reason, ...]
    unmet: tuple[Unmet, ...]
    until: date


@dataclass(frozen=True)
class Outcome:
    """What one match came to, and what the patient did before it.

    `passed` are people the patient said no to, `seen` those shown earlier, `relaxed` the wishes the patient gave up for this match, `weights`
    the version of the clinic's weights.
    """

    choices: tuple[Shown, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    fitting: int = 0
    asked: str = ""
    passed: frozenset[UUID] = frozenset()
    seen: frozenset[UUID] = frozenset()
    relaxed: frozenset[str] = frozenset()
    again: bool = False
    weights: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "choices": [_shown_as_json(shown) for shown in self.choices],
            "relaxations": [[entry.violation.constraint, entry.violation.facet, entry.count, entry.decider] for entry in self.relaxations],
            "fitting": self.fitting,
            "asked": self.asked,
            "passed": sorted(map(str, self.passed)),
            "seen": sorted(map(str, self.seen)),
            "relaxed": sorted(self.relaxed),
            "again": self.again,
            "weights": self.weights,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Outcome:
        """Rebuild it from what `as_json` returned."""
        return cls(
            choices=tuple(_shown_from_json(*parts) for parts in kept["choices"]),
            relaxations=tuple(Relaxation(Violation(Constraint(name), facet), count, Decider(who)) for name, facet, count, who in kept["relaxations"]),
            fitting=kept["fitting"],
            asked=kept["asked"],
            passed=frozenset(map(UUID, kept["passed"])),
            seen=frozenset(map(UUID, kept["seen"])),
            relaxed=frozenset(kept["relaxed"]),
            again=kept["again"],
            weights=kept.get("weights", 0),  # outcomes of the first engine name no version
        )


def _shown_as_json(shown: Shown) -> list[Any]:
    reasons = [[reason.code, reason.facet, list(reason.values)] for reason in shown.reasons]
    return [str(shown.uid), reasons, [[wish.facet, list(wish.wanted)] for wish in shown.unmet], shown.until.isoformat()]


def _shown_from_json(uid: str, reasons: list[Any], unmet: list[Any], until: str) -> Shown:
    why = tuple(Reason(code, facet, tuple(values)) for code, facet, values in reasons)
    return Shown(UUID(uid), why, tuple(Unmet(facet, tuple(wanted)) for facet, wanted in unmet), date.fromisoformat(until))


class MatchRun(ClinicBase):
    """One match of one patient: the engine and seed that made it, and, sealed, what it showed and why.

    It was seen to hold at `checked_at`, and is `stale` once the patient has changed what they asked for.
    """

    __tablename__ = "match_run"
    __table_args__ = (Index("ix_match_run_patient_made", "patient_uid", "made_at"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stale: Mapped[bool] = mapped_column(default=False)
    engine: Mapped[str]
    seed: Mapped[int]
    cause: Mapped[str]
    result_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    result = sealed("result_sealed", json=True)

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether it can be shown again as it is: what therapists change shows minutes later, and booking checks anew."""
        return not self.stale and now - self.checked_at < FRESH

    @property
    def outcome(self) -> Outcome:
        """Return what it showed."""
        return Outcome.from_json(self.result)
