"""Plan sessions with seats, take a seat, leave it, call the session off.

A seat is a row whose primary key is its number: of many who want the last one, one gets it, whichever database keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.groups import lookup, moving, policy, reminding, telling
from vtclinic.features.scheduling.groups.lookup import Group
from vtclinic.features.scheduling.groups.models import (
    GroupKind,
    GroupMember,
    GroupSeat,
    GroupSession,
    GroupState,
    GroupTherapist,
    MemberState,
)
from vtclinic.features.scheduling.models import ClaimKind, ServiceType
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import user

FEWEST, MOST_SEATS, MOST_TITLE = 2, 30, 60


class GroupFull(Conflict):
    """Every seat is taken."""

    def __init__(self) -> None:
        super().__init__(_("Every seat is taken."), hint=_("Nothing was booked. If somebody leaves, a seat is free again."))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a therapist plans; `patients` are asked to come, `others` lead it too."""

    kind: GroupKind
    title: str
    service_uid: UUID
    start: datetime
    zone: str
    seats: int
    format: str
    patients: tuple[UUID, ...] = ()
    others: tuple[UUID, ...] = ()
    open_to_all: bool = False


def plan(actor: Actor, wanted: Wanted) -> GroupSession:
    """Plan a session and ask people to it; raises SlotTaken when one of its therapists has something else then."""
    authorize(actor, policy.can_plan)
    service = session().get(ServiceType, wanted.service_uid)
    if service is None:
        raise NotFound()
    leading = _leading(actor, wanted)
    _check(wanted, leading)
    group = _make(wanted, service)
    session().add(group)
    session().flush()
    session().add_all(GroupTherapist(group_uid=group.uid, therapist_uid=uid) for uid in leading)
    session().add_all(_member(group, uid, MemberState.INVITED) for uid in dict.fromkeys(wanted.patients))
    placing.claim(leading, group.starts_at, group.ends_at, for_uid=group.uid, kind=ClaimKind.GROUP)
    reminding.ask(lookup.group(group.uid))
    record(actor, "group.planned", "group", group.uid)
    telling.ask(group, wanted.patients)
    telling.tell_changed(group, [uid for uid in leading if uid != actor.uid], key="planned")
    return group


def join(actor: Actor, uid: UUID, *, shows_name: bool = False) -> Group:
    """Take a seat; joining again changes nothing but whether one's name is shown. Raises GroupFull, SlotTaken, NotBookable."""
    found = lookup.group(uid)
    authorize(actor, policy.can_join, lookup.place(actor, found))
    assert actor.uid is not None  # the policy let a signed-in person through
    found.session.check_open(clock.now())
    member = _membership(found.session, actor.uid)
    if member.state == MemberState.JOINED:
        member.shows_name = shows_name
        return lookup.group(uid)
    _check_fit(actor.uid, found)
    _take_seat(found.session, member)
    placing.claim([actor.uid], found.session.starts_at, found.session.ends_at, for_uid=member.uid, kind=ClaimKind.GROUP)
    member.shows_name = shows_name
    _turn(actor, member, MemberState.JOINED, "group.joined")
    now = lookup.group(uid)
    if now.is_sure:
        came = now.joined if now.session.is_couple else [member]
        reminding.ask(now, came, and_staff=now.session.is_couple)
        telling.write(now.session, came, telling.BOOKED)
    return now


def leave(actor: Actor, uid: UUID) -> Group:
    """Give a seat back, or say no; the therapists are told, and of a couple the other one."""
    found = lookup.group(uid)
    authorize(actor, policy.can_join, lookup.place(actor, found))
    member = found.member(actor.uid)
    if member is None:
        raise NotFound()
    found.session.check_open(clock.now())
    _go(actor, found, member)
    return lookup.group(uid)


def cancel(actor: Actor, uid: UUID) -> Group:
    """Call the session off; everybody who has a seat is told, and who was only asked sees it is off."""
    found = lookup.group(uid)
    authorize(actor, policy.can_change, lookup.place(actor, found))
    if not found.session.is_planned:
        return found
    reminding.forget_all(found)
    told = found.joined if found.is_sure else []
    found.session.cancel(clock.now())
    placing.unclaim(uid, *(member.uid for member in found.members))
    for member in found.members:
        member.note_change(clock.now())
    record(actor, "group.cancelled", "group", uid)
    holds.look_soon()
    telling.write(found.session, told, telling.CANCELLED)
    telling.tell_changed(found.session, [each.patient_uid for each in found.members if each not in told and each.state in (MemberState.INVITED, MemberState.JOINED)], key="cancelled")
    telling.tell_changed(found.session, [each for each in found.therapists if each != actor.uid], key="cancelled")
    return found


def leave_after_care(patient_uid: UUID) -> None:
    """Give back the seats of somebody whom none of a session's therapists cares for any more."""
    caring = set(records.therapists_of(patient_uid))
    for found in lookup.of_patient(patient_uid):
        member = found.member(patient_uid)
        if member is not None and caring.isdisjoint(found.therapists) and found.session.starts_at > clock.now():
            _go(SYSTEM, found, member)


def finish() -> None:
    """Note which sessions are over, and let go of their time."""
    wanted = select(GroupSession).where(GroupSession.state == GroupState.PLANNED, GroupSession.ends_at <= clock.now())
    for group in list(session().scalars(wanted.limit(200))):
        group.finish()
        members = session().scalars(select(GroupMember.uid).where(GroupMember.group_uid == group.uid))
        placing.unclaim(group.uid, *members)


def _go(actor: Actor, found: Group, member: GroupMember) -> None:
    if member.state not in (MemberState.INVITED, MemberState.JOINED):
        return
    had_seat, was_sure = member.state == MemberState.JOINED, found.is_sure
    reminding.forget(found, [member])
    session().execute(delete(GroupSeat).where(GroupSeat.member_uid == member.uid))
    placing.unclaim(member.uid)
    _turn(actor, member, MemberState.LEFT if had_seat else MemberState.DECLINED, "group.left")
    if had_seat and was_sure:
        telling.write(found.session, [member], telling.CANCELLED)
    key = f"left:{member.uid}:{member.sequence}"
    telling.tell_changed(found.session, found.therapists, key=key)
    if found.session.is_couple:
        reminding.forget_all(found)
        others = [each for each in found.members if each is not member and each.state in (MemberState.INVITED, MemberState.JOINED)]
        telling.tell_changed(found.session, [each.patient_uid for each in others], key=key)


def _membership(group: GroupSession, patient_uid: UUID) -> GroupMember:
    """Return somebody's membership, made when there is none, and keep a second press of theirs waiting until this one is done."""
    wanted = select(GroupMember).where(GroupMember.group_uid == group.uid, GroupMember.patient_uid == patient_uid)
    wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(wanted)
    if found is not None:
        return found
    try:
        with session().begin_nested():
            made = _member(group, patient_uid, MemberState.INVITED)
            session().add(made)
        return made
    except IntegrityError:
        return session().scalars(wanted).one()


def _take_seat(group: GroupSession, member: GroupMember) -> None:
    for _attempt in range(group.seats + 1):
        taken = set(session().scalars(select(GroupSeat.number).where(GroupSeat.group_uid == group.uid)))
        number = next((each for each in range(1, group.seats + 1) if each not in taken), None)
        if number is None:
            break
        try:
            with session().begin_nested():
                session().add(GroupSeat(group_uid=group.uid, number=number, member_uid=member.uid))
            return
        except IntegrityError:
            continue  # somebody took this one between the look and the claim: look again
    raise GroupFull


def _turn(actor: Actor, member: GroupMember, state: MemberState, act: str) -> None:
    member.state = state
    member.note_change(clock.now())
    record(actor, act, "group", member.group_uid, patient_uid=member.patient_uid)


def _leading(actor: Actor, wanted: Wanted) -> list[UUID]:
    assert actor.uid is not None  # the policy let a signed-in person through
    active = {each.uid for each in staff.active_therapists()} if wanted.others else set()
    if not set(wanted.others) <= active | {actor.uid}:
        raise NotFound()
    return list(dict.fromkeys([actor.uid, *wanted.others]))


def _check(wanted: Wanted, leading: Iterable[UUID]) -> None:
    wrong: dict[str, str] = {}
    if not wanted.title.strip() or len(wanted.title) > MOST_TITLE:
        wrong["title"] = _("Write a title of at most %(count)s characters.", count=MOST_TITLE)
    if wanted.kind is GroupKind.COUPLE and (len(set(wanted.patients)) != 2 or wanted.seats != 2):
        wrong["patients"] = _("Choose the two people.")
    if not FEWEST <= wanted.seats <= MOST_SEATS:
        wrong["seats"] = _("Choose from %(few)s to %(most)s seats.", few=FEWEST, most=MOST_SEATS)
    if not moving.in_reach(wanted.start):
        wrong["day"] = _("Choose a day and time still to come, within a year.")
    if wrong:
        raise Invalid(_("Something needs another look."), fields=wrong)
    known = {uid for therapist in leading for uid in records.caseload(therapist)}
    if not set(wanted.patients) <= known:
        raise NotFound()


def _check_fit(patient_uid: UUID, found: Group) -> None:
    if not intake.may_be_cared_for(patient_uid):
        raise NotBookable(_("You have not agreed to care here."), hint=_("Look at what you agreed to under More."))
    profile, day = records.patient(patient_uid), found.session.starts_at.date()
    if not any(staff.licence_for(uid, profile.country, profile.region, day) for uid in found.therapists):
        raise NotBookable(_("This therapist may not work where you are on that day."), hint=_("Ask a person to help."))


def _make(wanted: Wanted, service: ServiceType) -> GroupSession:
    now = clock.now()
    return GroupSession(
        uid=new_id(),
        kind=wanted.kind,
        title=wanted.title.strip(),
        service_uid=service.uid,
        seats=wanted.seats,
        format=wanted.format,
        zone=wanted.zone,
        starts_at=wanted.start,
        ends_at=wanted.start + timedelta(minutes=service.minutes),
        open_to_all=wanted.open_to_all and wanted.kind is GroupKind.GROUP,
        state=GroupState.PLANNED,
        ics_sequence=0,
        made_at=now,
        changed_at=now,
    )


def _member(group: GroupSession, patient_uid: UUID, state: MemberState) -> GroupMember:
    return GroupMember(
        uid=new_id(), group_uid=group.uid, patient_uid=patient_uid, state=state, zone=user(patient_uid).timezone, shows_name=False, sequence=0, changed_at=clock.now()
    )


__all__ = ["GroupFull", "SlotTaken", "Wanted", "cancel", "finish", "join", "leave", "leave_after_care", "plan"]
