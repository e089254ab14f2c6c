"""Tell both people about a series: letters with one calendar file for all its times, and lines in the app. They name nobody and no content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from vtclinic.core.i18n import fmt, gettext, lazy, locale_scope
from vtclinic.core.outbox import queue_mail
from vtclinic.features.notifications import api as notifications
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.series.calendar_file import calendar_file
from vtclinic.features.scheduling.series.models import Series
from vtclinic.identity.service import User, users

BOOKED, MOVED, CANCELLED = "series-booked", "series-moved", "series-cancelled"
WAITS = notifications.Kind(
    "series.waits", lazy("Regular times wait for your answer"), mail="series-waits", about=lazy("Regular times that wait for your answer"), can_mute=False
)
ANSWERED = notifications.Kind("series.answered", lazy("Your regular times were answered"), mail="series-answered", about=lazy("Answers about regular times"))
CLASHED = notifications.Kind(
    "series.clashed", lazy("A regular time was not booked"), mail="series-clashed", about=lazy("Regular times that could not be booked"), roles=frozenset({"therapist"})
)
KINDS = (WAITS, ANSWERED, CLASHED)


def register() -> None:
    """Make the kinds of news known."""
    for kind in KINDS:
        notifications.register(kind)


def write(series: Series, appointments: Sequence[Appointment], template: str) -> None:
    """Write to both people about these times, if there are any; their calendars take them from the file."""
    if not appointments:
        return
    people = users([series.patient_uid, series.therapist_uid])
    patient = records.patient(series.patient_uid)
    if records.may_mail(patient):
        _letter(people[series.patient_uid], appointments, template, named=records.may_be_named(patient))
    _letter(people[series.therapist_uid], appointments, template)
    tell_pages(appointments[0].uid, people)


def tell_waits(series: Series, to_uid: UUID) -> None:
    """Tell one of the two that the other waits for an answer."""
    notifications.notify(to_uid, WAITS, key=f"series:{series.uid}:waits:{to_uid}", path=path(series))


def tell_answered(series: Series, to_uid: UUID) -> None:
    """Tell whoever proposed it that it was answered."""
    notifications.notify(to_uid, ANSWERED, key=f"series:{series.uid}:answered:{series.state}", path=path(series))


def tell_clash(series: Series, days: Sequence[date]) -> None:
    """Tell the therapist that times could not be booked, or could not follow the clock."""
    for day in days:
        notifications.notify(series.therapist_uid, CLASHED, key=f"series:{series.uid}:{day}:clash", path=path(series))


def path(series: Series) -> str:
    """Return where its two people see it."""
    return f"/regular-times/{series.uid}"


def _letter(reader: User, appointments: Sequence[Appointment], template: str, *, named: bool = True) -> None:
    first = appointments[0]
    zone = first.patient_zone if reader.uid == first.patient_uid else first.therapist_zone
    with locale_scope(reader.locale, zone):
        whens = [gettext("%(when)s (%(zone)s)", when=fmt.day_time(each.starts_at), zone=fmt.place(zone)) for each in appointments]
    attachment = ("calendar.ics", "text/calendar; method=PUBLISH", calendar_file(appointments, reader))
    queue_mail(reader.email, template, {"whens": whens}, locale=reader.locale, timezone=zone, attachment=attachment, named=named)
