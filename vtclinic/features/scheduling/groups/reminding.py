"""Reminders of sessions with seats: each seat is one time to be reminded of, and so is the session for who leads it.

A couple is reminded once both said yes, and no more when one of them leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.scheduling import reminders
from vtclinic.features.scheduling.groups import lookup, seat_links
from vtclinic.features.scheduling.groups.lookup import Group
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, GroupState, GroupTherapist, MemberState
from vtclinic.features.scheduling.reminded import Asked, Matter, Reader, Source
from vtclinic.identity.service import users


def ask(found: Group, members: Iterable[GroupMember] = (), *, and_staff: bool = True) -> None:
    """Let the worker plan, anew, the reminders of these seats and of who leads; of nobody while a couple is not sure."""
    if found.is_sure:
        staff = [Asked(found.session.uid, found.therapists[0], found.session.starts_at)] if and_staff else []
        reminders.ask_about(*staff, *(Asked(each.uid, each.patient_uid, found.session.starts_at) for each in members))


def forget(found: Group, members: Iterable[GroupMember]) -> None:
    """Remind these of it no more, and take back what is told but not read or gone."""
    reminders.forget_about(*(_seat(found, each) for each in members))


def forget_all(found: Group) -> None:
    """Remind nobody of it any more."""
    reminders.forget_about(_session(found))
    forget(found, found.joined)


def source() -> Source:
    """Return how reminders find seats and sessions."""
    return Source(_find, _ahead_of)


def _find(uid: UUID) -> Matter | None:
    member = session().get(GroupMember, uid)
    if member is None and session().get(GroupSession, uid) is None:
        return None
    found = lookup.group(member.group_uid if member is not None else uid)
    if not found.is_sure or (member is not None and member.state != MemberState.JOINED):
        return None
    return _session(found) if member is None else _seat(found, member)


def _ahead_of(person_uid: UUID) -> list[Asked]:
    ahead = GroupSession.state == GroupState.PLANNED, GroupSession.starts_at > clock.now()
    seats = select(GroupMember.uid, GroupMember.patient_uid, GroupSession.starts_at).join(GroupSession, GroupSession.uid == GroupMember.group_uid)
    led = select(GroupSession.uid, GroupTherapist.therapist_uid, GroupSession.starts_at).join(GroupTherapist, GroupTherapist.group_uid == GroupSession.uid)
    wanted = seats.where(*ahead, GroupMember.patient_uid == person_uid, GroupMember.state == MemberState.JOINED)
    rows = session().execute(wanted.union_all(led.where(*ahead, GroupTherapist.therapist_uid == person_uid)))
    return [Asked(*row) for row in rows]


def _seat(found: Group, member: GroupMember) -> Matter:
    return Matter(
        uid=member.uid,
        name=f"seat:{member.uid}",
        sequence=member.sequence,
        starts_at=found.session.starts_at,
        readers=(Reader(member.patient_uid, member.zone, _path(found)),),
        letter="seat-reminder",
        links=lambda: {"cancel": seat_links.address(member)},
    )


def _session(found: Group) -> Matter:
    people = users(found.therapists)
    return Matter(
        uid=found.session.uid,
        name=f"seats:{found.session.uid}",
        sequence=found.session.ics_sequence,
        starts_at=found.session.starts_at,
        readers=tuple(Reader(uid, person.timezone, _path(found), staff=True) for uid, person in people.items()),
        letter="",
        links=dict,
    )


def _path(found: Group) -> str:
    return f"/group-sessions/{found.session.uid}"
