"""Take a session with seats to another time: everybody's claims go with it in one step, or nothing moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.groups import lookup, policy, reminding, telling
from vtclinic.features.scheduling.groups.lookup import Group
from vtclinic.features.scheduling.groups.models import GroupSession, MemberState
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import ClaimKind
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff

REACH = timedelta(days=366)


def in_reach(start: datetime) -> bool:
    """Tell whether a session can be planned for then."""
    return clock.now() < start < clock.now() + REACH


def movable(actor: Actor, uid: UUID) -> Group:
    """Return a session to who may move it; raises Conflict once it was called off or has begun."""
    found = lookup.group(uid)
    authorize(actor, policy.can_change, lookup.place(actor, found))
    found.session.check_open(clock.now())
    return found


def move(actor: Actor, uid: UUID, start: datetime) -> GroupSession:
    """Move it and tell everybody; who has a seat keeps it, and their calendars and reminders follow.

    Raises SlotTaken when a therapist or somebody with a seat has something else then, Conflict when nobody who leads it may see one of them
    on that day, Invalid for a time that is no time; nothing has changed then.
    """
    found = movable(actor, uid)
    group = found.session
    if start == group.starts_at:
        return group
    if not in_reach(start):
        raise Invalid(_("Something needs another look."), fields={"day": _("Choose a day and time still to come, within a year.")})
    _check_licences(found, start)
    end = start + (group.ends_at - group.starts_at)
    placing.shift({uid: found.therapists} | {each.uid: [each.patient_uid] for each in found.joined}, start, end, kind=ClaimKind.GROUP)
    reminding.forget_all(found)
    group.move(start, end, clock.now())
    for member in found.members:
        member.note_change(clock.now())
    reminding.ask(found, found.joined)
    record(actor, "group.moved", "group", uid)
    _tell(actor, found)
    holds.look_soon()
    return group


def _tell(actor: Actor, found: Group) -> None:
    written = found.joined if found.is_sure else []
    telling.write(found.session, written, telling.MOVED)
    asked = [each.patient_uid for each in found.members if each not in written and each.state in (MemberState.INVITED, MemberState.JOINED)]
    key = f"moved:{found.session.ics_sequence}"
    telling.tell_changed(found.session, [*asked, *(uid for uid in found.therapists if uid != actor.uid)], key=key)
    tell_pages(found.session.uid, (*found.therapists, *(each.patient_uid for each in found.joined)))


def _check_licences(found: Group, start: datetime) -> None:
    """Refuse a day on which nobody who leads it may see somebody who has a seat."""
    patients = records.patients([each.patient_uid for each in found.joined])
    licences = [row for rows in staff.credentials_of(found.therapists).values() for row in rows]
    day = start.date()
    if any(not any(row.covers(each.country, each.region, day) for row in licences) for each in patients.values()):
        raise Conflict(_("A licence ends before that day for somebody who has a seat."), hint=_("Nothing was moved. Choose an earlier day."))
