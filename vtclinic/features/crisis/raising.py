"""Making tasks of answers, in the transaction of the answer itself: a closed tab or a crash a moment later loses nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import SYSTEM
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.crisis import notice
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import ActKind, Level, RiskTask, TaskState
from vtclinic.features.crisis.people import active_among
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records


def on_risk_answer(news: progress.RiskAnswered) -> None:
    """Raise a task, or make the one of this response more urgent; the same answer twice changes nothing."""
    task = _task_of(news.response_uid)
    if task is None:
        _raise(news)
        return
    if task.is_open:
        write(task, ActKind.ANSWER_CHANGED, by=news.patient_uid)
        if news.urgency == Level.NOW:
            _make_urgent(task)
        return
    _reopen(task, Level(news.urgency))


def on_lowered(news: progress.RiskAnswerLowered) -> None:
    """Note that the answer was taken back; the task stays, since a low answer is never taken as safety."""
    task = _task_of(news.response_uid)
    if task is not None:
        write(task, ActKind.ANSWER_CHANGED, by=news.patient_uid)
        record(SYSTEM, "risk.answer-changed", "risk_task", task.uid, patient_uid=task.patient_uid)


def on_safety_answer(news: progress.SafetyAnswered) -> None:
    """Note the answer to "Are you safe right now?"; anything but yes makes the task urgent."""
    task = _task_of(news.response_uid)
    if task is None:
        return
    write(task, ActKind.SAFE_ANSWER, by=news.patient_uid)
    if news.answer == "yes":
        return
    if task.is_open:
        _make_urgent(task)
    else:
        _reopen(task, Level.NOW)


def _task_of(response_uid: UUID) -> RiskTask | None:
    return session().scalars(select(RiskTask).where(RiskTask.response_uid == response_uid).with_for_update()).first()


def _raise(news: progress.RiskAnswered) -> None:
    now = clock.now()
    task = RiskTask(
        patient_uid=news.patient_uid,
        response_uid=news.response_uid,
        instrument=news.instrument_id,
        item=news.item,
        level=Level(news.urgency),
        state=TaskState.RAISED,
        owner_uid=_owner(news.patient_uid),
        raised_at=now,
        due_by=progress.read_by(news.urgency, now, current_clinic().timezone),
    )
    session().add(task)
    session().flush()
    write(task, ActKind.RAISED, by=news.patient_uid)
    record(SYSTEM, "risk.raise", "risk_task", task.uid, patient_uid=task.patient_uid, reason=task.level)
    notice.tell(task)


def _make_urgent(task: RiskTask) -> None:
    if task.raise_level(progress.read_by(Level.NOW, clock.now(), current_clinic().timezone)):
        write(task, ActKind.MORE_URGENT)
        record(SYSTEM, "risk.more-urgent", "risk_task", task.uid, patient_uid=task.patient_uid)
        notice.tell(task)


def _reopen(task: RiskTask, level: Level) -> None:
    task.level, task.owner_uid = level, _owner(task.patient_uid)
    task.reopen(progress.read_by(level, clock.now(), current_clinic().timezone))
    write(task, ActKind.RAISED, by=task.patient_uid)
    record(SYSTEM, "risk.raise", "risk_task", task.uid, patient_uid=task.patient_uid, reason=level)
    notice.tell(task)


def _owner(patient_uid: UUID) -> UUID | None:
    """Return the therapist who has cared longest and can still sign in; None leaves the task to whoever is on duty."""
    return next(iter(active_among(records.therapists_of(patient_uid))), None)
