"""Give what is due by the rules: each point once, whoever comes to it first, and never a second one on top of an open one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, SYSTEM
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress import answering, catalogue, plans
from vtclinic.features.progress.models import Response, ResponseState
from vtclinic.features.progress.models_plan import DuePoint, Plan, SessionHeld, When
from vtclinic.features.records import api as records

QUESTIONS = notifications.Kind(
    "questionnaire",
    lazy("Something waits for you to fill in"),
    mail="questions-wait",
    about=lazy("Questions that come from time to time"),
    roles=frozenset({PATIENT}),
)
FIRST = "first"


def on_session_booked(patient_uid: UUID, starts_at: datetime) -> None:
    """Give what comes before the first session, to be answered by its day; a session that moves takes the day along."""
    if session().scalar(select(SessionHeld.appointment_uid).where(SessionHeld.patient_uid == patient_uid).limit(1)) is not None:
        return
    day = starts_at.astimezone(zone(current_clinic().timezone)).date()
    for rule in _rules(patient_uid, When.FIRST):
        if serve(rule, patient_uid, FIRST, day) is None:
            _move_day(rule, patient_uid, day)


def on_session_done(patient_uid: UUID, therapist_uid: UUID, appointment_uid: UUID, at: datetime) -> None:
    """Count a session that was held, once, and give what comes every so many of them."""
    held = SessionHeld(appointment_uid=appointment_uid, patient_uid=patient_uid, therapist_uid=therapist_uid, at=at)
    try:
        with session().begin_nested():
            session().add(held)
    except IntegrityError:
        return
    count = session().scalar(select(func.count()).select_from(SessionHeld).where(SessionHeld.patient_uid == patient_uid)) or 0
    for rule in _rules(patient_uid, When.SESSIONS):
        if count % rule.every == 0:
            serve(rule, patient_uid, f"session:{count}", plans.today() + timedelta(days=rule.days))


def on_session_missed(appointment_uid: UUID) -> None:
    """Count a session no more to which nobody came."""
    held = session().get(SessionHeld, appointment_uid)
    if held is not None:
        session().delete(held)


def serve(rule: Plan, patient_uid: UUID, point: str, day: date) -> UUID | None:
    """Give a questionnaire for one point of one rule; None when the point was served, questions are open already, or it is paused."""
    served = DuePoint(plan_uid=rule.uid, patient_uid=patient_uid, point=point, at=clock.now())
    try:
        with session().begin_nested():
            session().add(served)
    except IntegrityError:
        return None
    if rule.instrument not in catalogue.in_use() or plans.paused(patient_uid) or answering.waiting(patient_uid, rule.instrument):
        return None
    uid = answering.assign(SYSTEM, patient_uid, rule.instrument, due=day, closes=day)
    served.response_uid = uid
    notifications.notify(patient_uid, QUESTIONS, key=f"questionnaire:{uid}", path=f"/progress/questions/{uid}")
    return uid


def weekly_due() -> Iterator[tuple[UUID, UUID, str]]:
    """Yield (rule, patient, point) of every rule of weeks that has reached a point nobody served: the newest only, so nothing piles up."""
    since = records.everybody_in_care()
    rules = plans.in_force(since)
    weekly = [row for rows in rules.values() for row in rows if row.when == When.WEEKS]
    if not weekly:
        return
    now, longest = clock.now(), max(row.every for row in weekly)
    recent = select(DuePoint.plan_uid, DuePoint.patient_uid, DuePoint.point).where(DuePoint.at > now - timedelta(weeks=longest + 1))
    served = {(plan, patient, point) for plan, patient, point in session().execute(recent)}
    for patient_uid, begun in since.items():
        for rule in plans.for_one(rules, patient_uid):
            turn = int((now - max(begun, rule.made_at)) / timedelta(weeks=rule.every)) if rule.when == When.WEEKS else 0
            if turn >= 1 and (rule.uid, patient_uid, f"week:{turn}") not in served:
                yield rule.uid, patient_uid, f"week:{turn}"


def give_weekly(rule_uid: UUID, patient_uid: UUID, point: str) -> None:
    """Give one due questionnaire of a rule of weeks, unless the rule ended meanwhile."""
    rule = session().get(Plan, rule_uid)
    if rule is not None and rule.ended_at is None:
        serve(rule, patient_uid, point, plans.today() + timedelta(days=rule.days))


def overdue() -> list[UUID]:
    """Return what is open past its last day."""
    wanted = select(Response.uid).where(Response.state == ResponseState.OPEN, Response.closes_on < plans.today())
    return list(session().scalars(wanted.limit(1000)))


def close(uid: UUID) -> None:
    """Close one whose last day is over; its answers stay, and what was told about it is taken back."""
    row = session().get(Response, uid, with_for_update=True)
    if row is None or not row.is_open or row.closes_on is None or row.closes_on >= plans.today():
        return
    row.close()
    notifications.withdraw(row.patient_uid, prefix=f"questionnaire:{uid}")
    record(SYSTEM, "questionnaire.closed", "questionnaire", uid, patient_uid=row.patient_uid)


def _rules(patient_uid: UUID, when: When) -> list[Plan]:
    return [row for row in plans.rules_of(patient_uid) if row.when == when]


def _move_day(rule: Plan, patient_uid: UUID, day: date) -> None:
    given = select(Response).join(DuePoint, DuePoint.response_uid == Response.uid)
    of_rule = given.where(DuePoint.plan_uid == rule.uid, DuePoint.patient_uid == patient_uid, DuePoint.point == FIRST)
    for row in session().scalars(of_rule.where(Response.state == ResponseState.OPEN)):
        row.due_on = row.closes_on = day
