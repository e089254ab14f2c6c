"""Tell people about sessions with seats: neutral lines and letters. A calendar entry says "Appointment" and names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from vtclinic.core.i18n import fmt, gettext, lazy, locale_scope
from vtclinic.core.outbox import queue_mail
from vtclinic.features.notifications import api as notifications
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.groups import calendar_file
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession
from vtclinic.features.scheduling.ics import Method
from vtclinic.identity.service import user

BOOKED, MOVED, CANCELLED = "series-booked", "series-moved", "series-cancelled"
ASKED = notifications.Kind("group.asked", lazy("A time is offered to you"), mail="group-asked", about=lazy("Sessions you are asked to"))
CHANGED = notifications.Kind("group.changed", lazy("A time of yours has changed"), mail="group-changed", about=lazy("Changes of shared sessions"), can_mute=False)


def register() -> None:
    """Make the kinds of news known."""
    for kind in (ASKED, CHANGED):
        notifications.register(kind)


def ask(group: GroupSession, patient_uids: Iterable[UUID]) -> None:
    """Tell people that they are asked to come."""
    for uid in patient_uids:
        notifications.notify(uid, ASKED, key=f"group:{group.uid}:asked", path=path(group))


def tell_changed(group: GroupSession, uids: Iterable[UUID], *, key: str) -> None:
    """Tell people that something changed; the page says what."""
    for uid in uids:
        notifications.notify(uid, CHANGED, key=f"group:{group.uid}:{key}", path=path(group))


def write(group: GroupSession, members: Iterable[GroupMember], template: str) -> None:
    """Write to patients that their seat is theirs, is at another time, or is theirs no more; their calendars follow."""
    for member in members:
        profile = records.patient(member.patient_uid)
        if records.may_mail(profile):
            _letter(group, member, template, named=records.may_be_named(profile))


def path(group: GroupSession) -> str:
    """Return where it is seen."""
    return f"/group-sessions/{group.uid}"


def _letter(group: GroupSession, member: GroupMember, template: str, *, named: bool) -> None:
    reader = user(member.patient_uid)
    with locale_scope(reader.locale, member.zone):
        when = gettext("%(when)s (%(zone)s)", when=fmt.day_time(group.starts_at), zone=fmt.place(member.zone))
    method = Method.CANCEL if template == CANCELLED else Method.REQUEST
    attachment = ("calendar.ics", f"text/calendar; method={method.value}", calendar_file.of_seat(group, member, reader, method))
    queue_mail(reader.email, template, {"whens": [when]}, locale=reader.locale, timezone=member.zone, attachment=attachment, named=named)
