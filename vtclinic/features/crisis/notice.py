"""Telling staff that something waits: a mail and a signal that say nothing about health or anybody's name."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from vtclinic.core import sockets
from vtclinic.core.outbox import queue_mail
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.scope import current_clinic
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import ActKind, RiskTask
from vtclinic.features.crisis.people import staff_with, told_first
from vtclinic.identity import service as identity

CHANGED = "risk.changed"


def tell(task: RiskTask, *, also: Iterable[UUID] = ()) -> None:
    """Tell the owner, or everybody on duty when there is none; `also` those who care for the patient."""
    if task.owner_uid is None:
        _tell(task, told_first(), "risk-task")
        return
    _tell(task, identity.users(dict.fromkeys([task.owner_uid, *also])).values(), "risk-task")


def tell_all(task: RiskTask, lead: UUID | None) -> None:
    """Tell the lead, everybody on duty and all the clinic's administrators: nobody has begun."""
    known = [uid for uid in (lead, task.owner_uid) if uid]
    everybody = [*identity.users(known).values(), *told_first(), *staff_with(CLINIC_ADMIN)]
    people = {person.uid: person for person in everybody if person.state == identity.UserState.ACTIVE}
    _tell(task, people.values(), "risk-task-waits")


def signal(task: RiskTask, uids: Iterable[UUID]) -> None:
    """Let open pages of these people look again."""
    for uid in uids:
        sockets.publish(sockets.user_room(uid), CHANGED, {"task": str(task.uid)})


def _tell(task: RiskTask, people: Iterable[identity.User], letter: str) -> None:
    listed = list(people)
    link = f"{current_clinic().base_url}/"  # the first page shows the task; an address that says more would tell a stranger
    for person in listed:
        queue_mail(person.email, letter, {"link": link}, locale=person.locale, timezone=person.timezone)
        write(task, ActKind.TOLD, about=person.uid)
    signal(task, [person.uid for person in listed])
