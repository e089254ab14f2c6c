"""The link in a letter that gives a seat back: signed for one seat as it is now, good until the session begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vtclinic.core import clock
from vtclinic.core.policy import PATIENT, Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.scheduling import letter_tokens
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, MemberState

ACT = "give-back"


class Stand(StrEnum):
    """How a seat stands, seen from a letter."""

    OPEN = "open"
    MOVED = "moved"
    CANCELLED = "cancelled"
    GIVEN_BACK = "given-back"
    PAST = "past"


@dataclass(frozen=True)
class Seen:
    """What a link leads to."""

    group: GroupSession
    member: GroupMember
    stand: Stand

    @property
    def reader(self) -> Actor:
        """Return the patient the letter was written to, as far as its link lets them act."""
        return Actor(uid=self.member.patient_uid, role=PATIENT, roles=frozenset({PATIENT}))


def address(member: GroupMember) -> str:
    """Return the link for a seat as it is now."""
    return f"{current_clinic().base_url}/times/{token(member)}/{ACT}"


def token(member: GroupMember) -> str:
    """Return the secret part of the link."""
    return letter_tokens.make(member.uid, member.sequence, ACT)


def look(text: str) -> Seen:
    """Return what a link leads to; raise Gone for one that is none."""
    uid, sequence = letter_tokens.read(text, ACT)
    member = session().get(GroupMember, uid)
    if member is None:
        raise letter_tokens.unusable()
    group = session().get_one(GroupSession, member.group_uid)
    return Seen(group, member, _stand(group, member, sequence))


def _stand(group: GroupSession, member: GroupMember, sequence: int) -> Stand:
    if not group.is_planned:
        return Stand.PAST if member.sequence == sequence else Stand.CANCELLED
    if member.state != MemberState.JOINED:
        return Stand.GIVEN_BACK
    if member.sequence != sequence:
        return Stand.MOVED
    return Stand.PAST if group.starts_at <= clock.now() else Stand.OPEN
