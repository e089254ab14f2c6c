"""Letters about appointments: neutral words, the time on the reader's clock, and a calendar file. They name nobody and no content."""

from __future__ import annotations

from datetime import datetime

from vtclinic.core.i18n import fmt, gettext, locale_scope
from vtclinic.core.outbox import queue_mail
from vtclinic.core.scope import current_clinic
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.ics import Invitation, Method, appointment_ics
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.identity.service import User, users


def tell_booked(appointment: Appointment) -> None:
    """Tell both people that a time is booked."""
    _tell_patient(appointment, "appointment-booked", Method.REQUEST)
    _tell_therapist(appointment, "appointment-new-staff", Method.REQUEST)


def tell_requested(appointment: Appointment) -> None:
    """Tell both people that a time is asked for; nothing is in their calendars yet."""
    _tell_patient(appointment, "appointment-requested", None)
    _tell_therapist(appointment, "appointment-requested-staff", None)


def tell_declined(appointment: Appointment) -> None:
    """Tell the patient that a time they asked for is not possible."""
    _tell_patient(appointment, "appointment-declined", None)


def tell_moved(appointment: Appointment) -> None:
    """Tell both people the new time; their calendars replace the old one."""
    method = Method.REQUEST if appointment.is_booked else None
    _tell_patient(appointment, "appointment-moved", method)
    _tell_therapist(appointment, "appointment-moved-staff", method)


def tell_cancelled(appointment: Appointment, *, was_booked: bool = True) -> None:
    """Tell both people that it will not take place; their calendars take it out if it was in them."""
    by_clinic = appointment.state == State.CANCELLED_BY_CLINIC
    method = Method.CANCEL if was_booked else None
    _tell_patient(appointment, "appointment-cancelled-by-clinic" if by_clinic else "appointment-cancelled", method)
    _tell_therapist(appointment, "appointment-cancelled-staff", method)


def calendar_file(appointment: Appointment, reader: User, *, method: Method = Method.REQUEST) -> str:
    """Return the calendar file for one of the two people."""
    own = appointment.patient_zone if reader.uid == appointment.patient_uid else appointment.therapist_zone
    invitation = Invitation(
        uid=appointment.uid,
        start=appointment.starts_at,
        end=appointment.ends_at,
        zone=own,
        sequence=appointment.ics_sequence,
        stamp=appointment.changed_at,
        organizer=f"no-reply@{current_clinic().host}",
        attendee=reader.email,
    )
    return appointment_ics(invitation, method=method).decode()


def when_words(moment: datetime, zone: str, locale: str) -> str:
    """Return a moment in a reader's words; the zone is named beside it, since they may be elsewhere when the letter arrives."""
    with locale_scope(locale, zone):
        return gettext("%(when)s (%(zone)s)", when=fmt.day_time(moment), zone=fmt.place(zone))


def _tell_patient(appointment: Appointment, template: str, method: Method | None) -> None:
    patient = records.patient(appointment.patient_uid)
    if records.may_mail(patient):
        reader = users([appointment.patient_uid])[appointment.patient_uid]
        _write(reader, appointment, template, method=method, named=records.may_be_named(patient))


def _tell_therapist(appointment: Appointment, template: str, method: Method | None) -> None:
    reader = users([appointment.therapist_uid])[appointment.therapist_uid]
    _write(reader, appointment, template, method=method)


def _write(reader: User, appointment: Appointment, template: str, *, method: Method | None, named: bool = True) -> None:
    zone = appointment.patient_zone if reader.uid == appointment.patient_uid else appointment.therapist_zone
    # What is only asked for has no place in a calendar yet.
    attachment = ("calendar.ics", f"text/calendar; method={method.value}", calendar_file(appointment, reader, method=method)) if method else None
    queue_mail(reader.email, template, {"when": when_words(appointment.starts_at, zone, reader.locale)}, locale=reader.locale, timezone=zone, attachment=attachment, named=named)

