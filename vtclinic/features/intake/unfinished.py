"""Who has not finished the first questions, and a kind reminder to them: how far somebody came, never what they said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import PATIENT, SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import policy
from vtclinic.features.intake.models import Intake, IntakeAnswer, IntakeNudge
from vtclinic.features.intake.plan import Plan, current_plan
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity

PAGE = 50
BETWEEN = timedelta(days=7)
MOST_NUDGES = 3
NUDGE = notifications.Kind(
    "intake.nudge",
    _l("You can go on where you left off"),
    mail="intake-nudge",
    about=_l("A reminder when you stopped half-way"),
    roles=frozenset({PATIENT}),
)


@dataclass(frozen=True)
class Unfinished:
    """One person who has not finished: kind "not_started", "questions" (`done` of about `total`) or "questionnaires" (`done` of `total`)."""

    uid: UUID
    name: str
    kind: str
    done: int
    total: int
    since: datetime
    nudges: int
    nudged_at: datetime | None

    def can_be_nudged(self, now: datetime) -> bool:
        """Tell whether one more reminder would still be kind."""
        return self.nudges < MOST_NUDGES and (self.nudged_at is None or self.nudged_at <= now - BETWEEN)


@dataclass(frozen=True)
class Unfinisheds:
    """One page of the list, those who have waited longest first."""

    rows: list[Unfinished]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // PAGE))


def unfinished(actor: Actor, page: int = 1) -> Unfinisheds:
    """List active patients who have not finished, in a fixed number of queries."""
    authorize(actor, policy.can_see_unfinished)
    found = _everybody(current_plan())
    record(actor, "intake.unfinished", "intake", "all")
    at = max(1, min(page, -(-len(found) // PAGE) or 1))
    return Unfinisheds(found[(at - 1) * PAGE : at * PAGE], len(found), at)


def nudge(actor: Actor, patient_uid: UUID) -> None:
    """Write one kind reminder; raise Conflict when there was one lately, when there were enough, or when they asked us not to write."""
    authorize(actor, policy.can_see_unfinished)
    found = next((each for each in _everybody(current_plan()) if each.uid == patient_uid), None)
    if found is None:
        raise NotFound
    if found.nudges >= MOST_NUDGES:
        raise Conflict(_("We have written three times. More would not be kind."))
    if not found.can_be_nudged(clock.now()):
        raise Conflict(_("We wrote less than a week ago. Nothing was sent."))
    if not records.may_mail(records.patient(patient_uid)):
        raise Conflict(_("This person asked us not to write e-mails. Nothing was sent."))
    _write(actor, found)


def nudge_who_stopped(now: datetime) -> int:
    """Remind once, by the clinic's rule, everybody who stopped that many days ago; returns how many were written to."""
    plan = current_plan()
    if plan.remind_days is None:
        return 0
    before = now - timedelta(days=plan.remind_days)
    due = [each for each in _everybody(plan) if not each.nudges and each.since <= before]
    known = records.patients([each.uid for each in due])
    willing = [each for each in due if each.uid in known and records.may_mail(known[each.uid])]
    for each in willing:
        _write(SYSTEM, each)
    return len(willing)


def _everybody(plan: Plan) -> list[Unfinished]:
    people = {user.uid: user for user in identity.list_users(SYSTEM) if PATIENT in user.roles and user.state == identity.UserState.ACTIVE}
    begun = {row.patient_uid: row for row in session().scalars(select(Intake))}
    answered = _answered()
    waiting = progress.count_waiting(plan.packs)
    nudges = _nudges()
    rows = [_line(user, begun.get(uid), answered, waiting, plan) for uid, user in people.items()]
    listed = [_with_nudges(row, nudges) for row in rows if row is not None]
    return sorted(listed, key=lambda row: (row.since, row.uid))


def _answered() -> dict[UUID, tuple[int, datetime]]:
    rows = session().execute(select(IntakeAnswer.patient_uid, func.count(), func.max(IntakeAnswer.answered_at)).group_by(IntakeAnswer.patient_uid))
    return {uid: (count, latest) for uid, count, latest in rows}


def _nudges() -> dict[UUID, tuple[int, datetime]]:
    rows = session().execute(select(IntakeNudge.patient_uid, func.count(), func.max(IntakeNudge.at)).group_by(IntakeNudge.patient_uid))
    return {uid: (count, latest) for uid, count, latest in rows}


def _line(user: identity.User, begun: Intake | None, answered: dict[UUID, tuple[int, datetime]], waiting: Counter[UUID], plan: Plan) -> Unfinished | None:
    if begun is None:
        return Unfinished(user.uid, user.name, "not_started", 0, 0, user.created_at, 0, None)
    if begun.sent_at is None:
        done, latest = answered.get(user.uid, (0, begun.started_at))
        return Unfinished(user.uid, user.name, "questions", done, max(done, len(plan.questions)), latest, 0, None)
    if waiting[user.uid]:
        total = max(len(plan.packs), waiting[user.uid])
        return Unfinished(user.uid, user.name, "questionnaires", total - waiting[user.uid], total, begun.sent_at, 0, None)
    return None


def _with_nudges(row: Unfinished, nudges: dict[UUID, tuple[int, datetime]]) -> Unfinished:
    count, latest = nudges.get(row.uid, (0, None))
    return Unfinished(row.uid, row.name, row.kind, row.done, row.total, row.since, count, latest)


def _write(actor: Actor, found: Unfinished) -> None:
    try:
        with session().begin_nested():
            session().add(IntakeNudge(patient_uid=found.uid, number=found.nudges + 1, at=clock.now(), by_uid=actor.uid))
    except IntegrityError:
        raise Conflict(_("Somebody wrote a moment ago. Nothing was sent twice.")) from None
    notifications.notify(found.uid, NUDGE, key=f"intake.nudge:{found.nudges + 1}", path="/intake/go-on")
    record(actor, "intake.nudge", "intake", found.uid, patient_uid=found.uid)
