"""Telling staff that something waits: news and a signal that say nothing about health or anybody's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vtclinic.core import clock, sockets
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import ActKind, RiskTask
from vtclinic.features.crisis.people import staff_with, told_first
from vtclinic.features.notifications import api as notifications
from vtclinic.identity import service as identity

CHANGED = "risk.changed"
RISK = notifications.Kind("risk", lazy("Something waits for you today"), mail="risk-task", can_mute=False, urgent=True, roles=frozenset({THERAPIST}))
WAITS = notifications.Kind(
    "risk-waits", lazy("Something has waited too long"), mail="risk-task-waits", can_mute=False, urgent=True, roles=frozenset({THERAPIST, CLINIC_ADMIN})
)


def tell(task: RiskTask, *, also: Iterable[UUID] = (), about: datetime | None = None) -> None:
    """Tell the owner, or everybody on duty when there is none; `also` those who care for the patient.

    `about` is when something happened that is no step of the ladder.
    """
    people = told_first() if task.owner_uid is None else list(identity.users(dict.fromkeys([task.owner_uid, *also])).values())
    _tell(task, people, RISK, about)


def tell_all(task: RiskTask, lead: UUID | None) -> None:
    """Tell the lead, everybody on duty and all the clinic's administrators: nobody has begun."""
    known = [uid for uid in (lead, task.owner_uid) if uid]
    everybody = [*identity.users(known).values(), *told_first(), *staff_with(CLINIC_ADMIN)]
    people = {person.uid: person for person in everybody if person.state == identity.UserState.ACTIVE}
    _tell(task, people.values(), WAITS)


def signal(task: RiskTask, uids: Iterable[UUID]) -> None:
    """Let open pages of these people look again."""
    for uid in uids:
        sockets.publish(sockets.user_room(uid), CHANGED, {"task": str(task.uid)})


def _tell(task: RiskTask, people: Iterable[identity.User], kind: notifications.Kind, about: datetime | None = None) -> None:
    listed = list(people)
    told_at = about or task.told_at or clock.now()
    for person in listed:
        # One step of the ladder is told once, however often its transaction is tried; the path says nothing to a stranger.
        notifications.notify(person.uid, kind, key=f"risk/{task.uid}/{task.rung}/{task.level}/{told_at:%Y%m%dT%H%M%S%f}", path="/")
        write(task, ActKind.TOLD, about=person.uid)
    signal(task, [person.uid for person in listed])
