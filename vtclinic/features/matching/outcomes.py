"""How care goes: the session check, change on questionnaires, who left after one session, and why people changed; for the clinic, in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean
from uuid import UUID

from sqlalchemy import delete, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.crypto import prefetch_patient_keys
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import policy
from vtclinic.features.matching.changing import REASONS
from vtclinic.features.matching.fairness import MEASURED
from vtclinic.features.matching.held_sessions import Held, held_sessions
from vtclinic.features.matching.models import Change, TrackRecord
from vtclinic.features.matching.small_groups import LEAST, hidden
from vtclinic.features.matching.standing import standing
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

CHECK, MOST_CHECK = "session-check", 40
# Somebody who had one session and no other for this long has left.
GONE = timedelta(days=42)
_EFFECT = {"improved": 1.0, "none": 0.5, "worse": 0.0}


@dataclass(frozen=True)
class Figures:
    """What is known of some cases; None where fewer than ten stand behind a figure. `check` goes from 0 to 10."""

    cases: int | None
    check: float | None = None
    better: int | None = None
    left: int | None = None


@dataclass(frozen=True)
class Line:
    """One therapist's figures."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class Outcomes:
    """The page: the clinic as a whole, therapists with ten cases and more, and why people changed."""

    clinic: Figures
    lines: tuple[Line, ...]
    left_out: int
    reasons: tuple[tuple[object, int], ...]
    counts_in_matching: bool


@dataclass(frozen=True)
class _Case:
    patient: UUID
    therapist: UUID
    closed: bool


def outcomes(actor: Actor) -> Outcomes:
    """Return how care goes; audited."""
    authorize(actor, policy.can_help)
    cases, held = _cases(), held_sessions()
    scores = progress.latest_scores({case.patient for case in cases})
    mine: dict[UUID, list[_Case]] = {}
    for case in cases:
        mine.setdefault(case.therapist, []).append(case)
    left_out = hidden({str(uid): len(listed) for uid, listed in mine.items()})
    names = staff.faces(mine)
    lines = [Line(names[uid].name, _figures(listed, scores, held)) for uid, listed in mine.items() if uid in names and str(uid) not in left_out]
    record(actor, "outcomes.read", "clinic", current_clinic().uid)
    whole = _figures(cases, scores, held)
    return Outcomes(whole, tuple(sorted(lines, key=lambda line: line.name.casefold())), len(left_out), _reasons(), standing().weights.use_track)


def count_track() -> int:
    """Count each therapist's closed cases by problem, if the clinic has opted in, and forget them if not; returns how many records there are."""
    session().execute(delete(TrackRecord))
    if not standing().weights.use_track:
        return 0
    closed = [case for case in _cases() if case.closed]
    patients = {case.patient for case in closed}
    scores, told = progress.latest_scores(patients), intake.needs_of(patients)
    effects: dict[tuple[UUID, str], list[float]] = {}
    for case in closed:
        effect = _effect(scores.get(case.patient, {}))
        if effect is None or case.patient not in told:
            continue
        for problem in told[case.patient].problems:
            effects.setdefault((case.therapist, problem), []).append(effect)
    for (therapist, problem), listed in effects.items():
        session().add(TrackRecord(therapist_uid=therapist, problem=problem, cases=len(listed), effect=fmean(listed), counted_at=clock.now()))
    return len(effects)


def _cases() -> list[_Case]:
    rows = session().execute(select(records.CareRelation.patient_uid, records.CareRelation.therapist_uid, records.CareRelation.until))
    found: dict[tuple[UUID, UUID], bool] = {}
    for patient, therapist, until in rows:
        found[patient, therapist] = found.get((patient, therapist), True) and until is not None
    return [_Case(patient, therapist, closed) for (patient, therapist), closed in found.items()]


def _figures(cases: Iterable[_Case], scores: Mapping[UUID, Mapping[str, progress.ScoreView]], held: Mapping[tuple[UUID, UUID], Held]) -> Figures:
    listed = list(cases)
    if 0 < len(listed) < LEAST:
        return Figures(None)
    views = [scores.get(case.patient, {}) for case in listed]
    checks = [view[CHECK].total for view in views if CHECK in view]
    effects = [effect for view in views if (effect := _effect(view)) is not None]
    begun = [pair for case in listed if (pair := held.get((case.patient, case.therapist))) is not None and pair.first < clock.now() - GONE]
    return Figures(
        len(listed),
        check=_mean([10 * total / MOST_CHECK for total in checks if total is not None]),
        better=_percent([effect == _EFFECT["improved"] for effect in effects]),
        left=_percent([pair.count == 1 and pair.last == pair.first for pair in begun]),
    )


def _effect(views: Mapping[str, progress.ScoreView]) -> float | None:
    changes = [views[name].change for name in MEASURED if name in views]
    found = [_EFFECT[str(change.kind)] for change in changes if change is not None]
    return fmean(found) if found else None


def _reasons() -> tuple[tuple[object, int], ...]:
    rows = list(session().scalars(select(Change).where(Change.reason_sealed.is_not(None))))
    prefetch_patient_keys(row.patient_uid for row in rows)
    counts = Counter(row.reason for row in rows)
    left_out = hidden(counts)
    return tuple((REASONS[code], count) for code, count in counts.most_common() if code in REASONS and code not in left_out)


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 1) if len(values) >= LEAST else None


def _percent(values: list[bool]) -> int | None:
    return 5 * round(20 * sum(values) / len(values)) if len(values) >= LEAST else None
