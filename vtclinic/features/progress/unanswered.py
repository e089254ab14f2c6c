"""Who has questions that wait, for the therapists in whose care they are, and one kind reminder at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Forbidden, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress import catalogue, policy
from vtclinic.features.progress.giving import QUESTIONS
from vtclinic.features.progress.models import Answer, Response, ResponseState
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity

AGAIN = timedelta(days=3)
PAGE = 200


@dataclass(frozen=True)
class Unanswered:
    """One questionnaire that waits: whose, since when, how far, until when, and when they were reminded."""

    uid: UUID
    patient_uid: UUID
    name: str
    questions: str
    given_at: datetime
    answered: int
    total: int
    closes_on: date | None
    reminded_at: datetime | None

    @property
    def again_at(self) -> datetime:
        """Return from when on a reminder is kind: three days after it was given or they were last reminded."""
        return (self.reminded_at or self.given_at) + AGAIN

    @property
    def can_be_reminded(self) -> bool:
        """Tell whether that time has come."""
        return clock.now() >= self.again_at


def unanswered(actor: Actor) -> list[Unanswered]:
    """List what waits for the actor's own clients, the longest first; it says how far they came and no answer."""
    if not actor.is_therapist or actor.uid is None:
        raise Forbidden
    clients = records.caseload(actor.uid)
    counted = select(func.count()).where(Answer.response_uid == Response.uid).scalar_subquery()
    wanted = select(Response, counted).where(Response.patient_uid.in_(clients), Response.state == ResponseState.OPEN)
    rows = session().execute(wanted.order_by(Response.assigned_at, Response.uid).limit(PAGE)).all()
    people = records.patients({row.patient_uid for row, _count in rows})
    users = identity.users(people)
    record(actor, "questionnaire.waiting-list", "therapist", actor.uid)
    return [_line(row, count, records.called(people[row.patient_uid], users[row.patient_uid])) for row, count in rows if row.patient_uid in people]


def remind(actor: Actor, patient_uid: UUID, uid: UUID) -> None:
    """Tell a patient once more that something waits; raise Conflict when that was less than three days ago."""
    row = session().get(Response, uid, with_for_update=True)
    if row is None or row.patient_uid != patient_uid:
        raise NotFound
    authorize(actor, policy.can_read_result, row)
    now = clock.now()
    if not row.is_open:
        raise Conflict(_("These questions do not wait any more. Nothing was sent."))
    if now < (row.reminded_at or row.assigned_at) + AGAIN:
        raise Conflict(_("We wrote less than three days ago. Nothing was sent."))
    row.reminded_at, row.reminded_by = now, actor.uid
    notifications.notify(patient_uid, QUESTIONS, key=f"questionnaire:{uid}:{now:%Y%m%d%H}", path=f"/progress/questions/{uid}")
    record(actor, "questionnaire.reminded", "questionnaire", uid, patient_uid=patient_uid)


def _line(row: Response, answered: int, name: str) -> Unanswered:
    pack = catalogue.find(row.instrument, row.version)
    return Unanswered(row.uid, row.patient_uid, name, pack.name, row.assigned_at, answered, len(pack.items), row.closes_on, row.reminded_at)
