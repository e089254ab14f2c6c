"""Sessions with seats as they are looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, select

from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.groups import policy
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, GroupState, GroupTherapist, MemberState
from vtclinic.features.scheduling.groups.policy import Place


@dataclass(frozen=True)
class Group:
    """One session with everybody who has to do with it."""

    session: GroupSession
    therapists: list[UUID]
    members: list[GroupMember]

    @property
    def joined(self) -> list[GroupMember]:
        """Return who has a seat."""
        return [each for each in self.members if each.state == MemberState.JOINED]

    @property
    def free(self) -> int:
        """Count the seats that are left."""
        return max(0, self.session.seats - len(self.joined))

    @property
    def is_sure(self) -> bool:
        """Tell whether it takes place as things are: a couple's needs both."""
        return self.session.is_planned and (not self.session.is_couple or len(self.joined) == self.session.seats)

    def member(self, uid: UUID | None) -> GroupMember | None:
        """Return somebody's membership, or None."""
        return next((each for each in self.members if each.patient_uid == uid), None)


def seen(actor: Actor, uid: UUID) -> Group:
    """Return a session to whom it concerns; raises NotFound to everybody else."""
    found = group(uid)
    authorize(actor, policy.can_view, place(actor, found))
    return found


def group(uid: UUID) -> Group:
    """Return one session; raises NotFound."""
    row = session().get(GroupSession, uid)
    if row is None:
        raise NotFound()
    return _whole([row])[0]


def place(actor: Actor, found: Group) -> Place:
    """Return where the actor stands towards a session."""
    member = found.member(actor.uid)
    cared = False
    if member is None and actor.is_patient and actor.uid is not None and found.session.open_to_all:
        cared = not set(records.therapists_of(actor.uid)).isdisjoint(found.therapists)
    return Place(found.session, found.therapists, member, cared)


def of_therapist(uid: UUID) -> list[Group]:
    """Return the sessions to come that a therapist leads, earliest first."""
    return _coming(select(GroupTherapist.group_uid).where(GroupTherapist.therapist_uid == uid))


def of_all(actor: Actor) -> list[Group]:
    """Return every session to come, to administrators."""
    authorize(actor, policy.can_list_all)
    return _coming(select(GroupSession.uid))


def of_patient(uid: UUID) -> list[Group]:
    """Return the sessions to come that a patient was asked to, has a seat in, or could take one in."""
    asked = select(GroupMember.group_uid).where(GroupMember.patient_uid == uid)
    cared = select(GroupTherapist.group_uid).join(GroupSession, GroupSession.uid == GroupTherapist.group_uid)
    return _coming(asked.union(cared.where(GroupSession.open_to_all, GroupTherapist.therapist_uid.in_(records.therapists_of(uid)))))


def _coming(uids: Select[UUID] | CompoundSelect[UUID]) -> list[Group]:
    wanted = select(GroupSession).where(GroupSession.uid.in_(uids), GroupSession.state == GroupState.PLANNED, GroupSession.ends_at > clock.now())
    return _whole(session().scalars(wanted.order_by(GroupSession.starts_at, GroupSession.uid)))


def _whole(rows: Iterable[GroupSession]) -> list[Group]:
    listed = list(rows)
    uids = [row.uid for row in listed]
    leading = list(session().scalars(select(GroupTherapist).where(GroupTherapist.group_uid.in_(uids))))
    members = list(session().scalars(select(GroupMember).where(GroupMember.group_uid.in_(uids)).order_by(GroupMember.changed_at, GroupMember.uid)))
    return [
        Group(row, [each.therapist_uid for each in leading if each.group_uid == row.uid], [each for each in members if each.group_uid == row.uid]) for row in listed
    ]
