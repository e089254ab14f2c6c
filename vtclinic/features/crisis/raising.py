"""Making tasks of answers, in the transaction of the answer itself: a closed tab or a crash a moment later loses nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import session
from vtclinic.features.crisis import ladder, rules
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import ActKind, Level, RiskTask, TaskState
from vtclinic.features.progress import api as progress


def on_risk_answer(news: progress.RiskAnswered) -> None:
    """Raise a task, or make the one of this response more urgent; the same answer twice changes nothing."""
    task = _task_of(news.response_uid)
    if task is None:
        _raise(news)
        return
    if task.is_open:
        write(task, ActKind.ANSWER_CHANGED, by=news.patient_uid)
        if _level(news) == Level.NOW:
            make_urgent(task)
        return
    reopen(task, _level(news))


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
        make_urgent(task)
    else:
        reopen(task, Level.NOW)


def _task_of(response_uid: UUID) -> RiskTask | None:
    return session().scalars(select(RiskTask).where(RiskTask.response_uid == response_uid).with_for_update()).first()


def _raise(news: progress.RiskAnswered) -> None:
    now, level = clock.now(), _level(news)
    task = RiskTask(
        patient_uid=news.patient_uid,
        response_uid=news.response_uid,
        instrument=news.instrument_id,
        item=news.item,
        level=level,
        state=TaskState.RAISED,
        raised_at=now,
        due_by=ladder.due_by(level, now),
    )
    open_task(task)


def open_task(task: RiskTask) -> None:
    """Store a new task, write its first line and give it to its first owner."""
    session().add(task)
    session().flush()
    write(task, ActKind.RAISED, by=task.patient_uid)
    record(SYSTEM, "risk.raise", "risk_task", task.uid, patient_uid=task.patient_uid, reason=task.level)
    ladder.begin(task)


def make_urgent(task: RiskTask) -> None:
    """Make an open task one for now; whoever had begun says once more that they have it."""
    if task.raise_level(ladder.due_by(Level.NOW, clock.now())):
        write(task, ActKind.MORE_URGENT)
        record(SYSTEM, "risk.more-urgent", "risk_task", task.uid, patient_uid=task.patient_uid)
        ladder.renew(task)


def reopen(task: RiskTask, level: Level) -> None:
    """Raise a closed task anew."""
    task.level = level
    task.reopen(ladder.due_by(level, clock.now()))
    write(task, ActKind.RAISED, by=task.patient_uid)
    record(SYSTEM, "risk.raise", "risk_task", task.uid, patient_uid=task.patient_uid, reason=level)
    ladder.begin(task)


def _level(news: progress.RiskAnswered) -> Level:
    return rules.in_force().level(news.instrument_id, news.item, news.value, news.urgency)
