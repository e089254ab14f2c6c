"""The ladder: who a task is given to, when it moves on, and what happens when nobody begins.

When the next step is due stands in the task's row, so a restart loses nothing. A step is one transaction: taken twice, or by two
workers at once, it is one step.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import SYSTEM
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.crisis import duty, notice, rules
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import OPEN_STATES, ActKind, Level, RiskTask, Rung, TaskState
from vtclinic.features.crisis.people import present
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.identity.news import AccountDisabled

# A clock that was set back by more than this is noticed; less is the drift between two machines.
DRIFT = timedelta(minutes=2)
CLIMB = (Rung.ON_CALL, Rung.BACKUP, Rung.LEAD)


def due_by(level: Level, now: datetime) -> datetime:
    """Return the promise of a level by the clinic's rules."""
    return progress.read_by(level, now, current_clinic().timezone, rules.in_force().wait(Rung.ON_CALL))


def begin(task: RiskTask, *, barred: UUID | None = None) -> None:
    """Give a task to its first owner and tell them: whoever is on call when it cannot wait, else the patient's own therapist."""
    own = _care(task, barred)
    posts = _posts(barred)
    care = [(Rung.CARE, own[0])] if own else []
    on_call = [(rung, uid) for rung in CLIMB if (uid := posts.get(rung))]
    order = [*on_call[: _before_lead(on_call)], *care, *on_call[_before_lead(on_call) :]] if task.level == Level.NOW else [*care, *on_call]
    rung, owner = order[0] if order else (Rung.ALL, None)
    _give(task, rung, owner)
    notice.tell(task, also=own if task.level == Level.NOW else ())


def wait_for(task: RiskTask, owner: UUID) -> None:
    """Give a task to somebody a colleague chose; they have a step's time to take it."""
    _give(task, Rung.CARE, owner)
    notice.tell(task)


def renew(task: RiskTask) -> None:
    """Let somebody who had begun say once more that they have it: what they took has become more urgent."""
    if task.owner_uid is None:
        begin(task)
    else:
        wait_for(task, task.owner_uid)


def climb(uid: UUID) -> bool:
    """Take one task's next step if it is due still; returns whether it was."""
    task = session().get(RiskTask, uid, with_for_update=True)
    now = clock.now()
    if task is None or not task.is_open:
        return False
    if task.owner_uid is not None and not present([task.owner_uid], leave=not task.despite_leave):
        leave_behind(task)
        return True
    if task.state != TaskState.RAISED:
        return False
    if task.told_at is not None and task.told_at > now + DRIFT:
        # The clock was set back: the wait begins anew, no longer than it was.
        task.climb_at, task.told_at = now + max(timedelta(0), (task.climb_at or task.told_at) - task.told_at), now
        return True
    if task.climb_at is not None and task.climb_at > now:
        return False
    _step(task)
    return True


def leave_behind(task: RiskTask) -> None:
    """Give on a task whose owner is not there any more, at once."""
    gone = task.owner_uid
    write(task, ActKind.AWAY, about=gone)
    task.state, task.owner_uid, task.acknowledged_at = TaskState.RAISED, None, None
    record(SYSTEM, "risk.climb", "risk_task", task.uid, patient_uid=task.patient_uid, reason="away")
    begin(task, barred=gone)


def on_disabled(news: AccountDisabled) -> None:
    """Give on every open task of an account that was switched off."""
    for task in session().scalars(select(RiskTask).where(RiskTask.owner_uid == news.user_uid, RiskTask.state.in_(OPEN_STATES)).with_for_update()):
        leave_behind(task)


def waiting(now: datetime) -> list[UUID]:
    """Return the tasks that a step is due for, and those whose owner is not there, with three queries at most."""
    rows = list(session().scalars(select(RiskTask).where(RiskTask.state.in_(OPEN_STATES)).order_by(RiskTask.climb_at)))
    owned = [(row.owner_uid, row.despite_leave) for row in rows if row.owner_uid]
    here = {(uid, despite) for despite in (False, True) for uid in present({uid for uid, said in owned if said is despite}, leave=not despite)}
    return [row.uid for row in rows if _is_due(row, now) or (row.owner_uid is not None and (row.owner_uid, row.despite_leave) not in here)]


def _is_due(row: RiskTask, now: datetime) -> bool:
    if row.state != TaskState.RAISED:
        return False
    return row.climb_at is None or row.climb_at <= now or (row.told_at is not None and row.told_at > now + DRIFT)


def _step(task: RiskTask) -> None:
    rung, owner = _next(task)
    if rung == Rung.ALARM:
        _alarm(task)
        return
    _give(task, rung, owner)
    write(task, ActKind.CLIMBED, about=owner)
    record(SYSTEM, "risk.climb", "risk_task", task.uid, patient_uid=task.patient_uid, reason=rung)
    notice.tell(task)


def _next(task: RiskTask) -> tuple[Rung, UUID | None]:
    """Return the next rung on which somebody else stands, the alarm after the last."""
    passed = CLIMB.index(Rung(task.rung)) + 1 if task.rung in CLIMB else 0
    if task.rung == Rung.ALARM:
        return Rung.ALARM, None
    posts = _posts(task.owner_uid)
    return next(((rung, posts[rung]) for rung in CLIMB[passed:] if rung in posts), (Rung.ALARM, None))


def _alarm(task: RiskTask) -> None:
    """Say that nobody began, to the lead, everybody on duty and all administrators; again after a while."""
    now = clock.now()
    task.rung, task.chased_at, task.told_at = Rung.ALARM, now, now
    task.climb_at = now + rules.in_force().wait(Rung.ALARM)
    write(task, ActKind.UNANSWERED)
    record(SYSTEM, "risk.unanswered", "risk_task", task.uid, patient_uid=task.patient_uid)
    notice.tell_all(task, rules.in_force().lead_uid)


def _give(task: RiskTask, rung: Rung, owner: UUID | None) -> None:
    now = clock.now()
    waits = now + rules.in_force().wait(rung)
    task.give(rung, owner, told_at=now, climb_at=max(task.due_by, waits) if task.level == Level.SAME_DAY else waits)


def _posts(barred: UUID | None) -> dict[Rung, UUID]:
    """Return who stands on which rung now, the barred one left out."""
    standing, lead = duty.standing(), rules.in_force().lead_uid
    people = {Rung.ON_CALL: standing.primary, Rung.BACKUP: standing.backup, Rung.LEAD: next(iter(present([lead] if lead else [])), None)}
    return {rung: uid for rung, uid in people.items() if uid is not None and uid != barred}


def _care(task: RiskTask, barred: UUID | None) -> list[UUID]:
    return [uid for uid in present(records.therapists_of(task.patient_uid)) if uid != barred]


def _before_lead(listed: Iterable[tuple[Rung, UUID]]) -> int:
    return sum(rung != Rung.LEAD for rung, _uid in listed)
