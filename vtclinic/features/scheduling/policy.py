"""Who may see, book and cancel appointments."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.scheduling.feeds.models import CalendarFeed
from vtclinic.features.scheduling.late_models import LateCancel
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.outside.models import OutsideCalendar


def can_book(actor: Actor) -> bool:
    """Allow patients, for themselves."""
    return actor.is_patient


def can_view(actor: Actor, appointment: Appointment) -> bool:
    """Allow the two people whose session it is."""
    return is_its_patient(actor, appointment) or is_its_therapist(actor, appointment)


def can_cancel(actor: Actor, appointment: Appointment) -> bool:
    """Allow the two people whose session it is."""
    return can_view(actor, appointment)


def can_run_booking(actor: Actor) -> bool:
    """Allow the clinic's administrators: kinds of session, closed days, and when who meets whom."""
    return actor.is_clinic_admin


def can_see_late_changes(actor: Actor) -> bool:
    """Allow therapists, each their own, and the clinic's administrators."""
    return actor.is_therapist or actor.is_clinic_admin


def can_waive(actor: Actor, change: LateCancel) -> bool:
    """Allow the therapist whose session it was and the clinic's administrators."""
    return actor.is_clinic_admin or (actor.is_therapist and actor.uid == change.therapist_uid)


def is_its_patient(actor: Actor, appointment: Appointment) -> bool:
    """Allow the patient whose session it is."""
    return actor.is_patient and actor.uid == appointment.patient_uid


def is_its_therapist(actor: Actor, appointment: Appointment) -> bool:
    """Allow the therapists whose session it is: who leads it, and in a joint session everybody in it."""
    return actor.is_therapist and (actor.uid == appointment.therapist_uid or actor.uid in appointment.other_uids)


def can_look_after(actor: Actor, appointment: Appointment) -> bool:
    """Allow its therapists, and the clinic's administrators, who see when and with whom, and no words."""
    return actor.is_clinic_admin or is_its_therapist(actor, appointment)


def can_move(actor: Actor, appointment: Appointment) -> bool:
    """Allow its patient, and whoever looks after it."""
    return is_its_patient(actor, appointment) or can_look_after(actor, appointment)


def can_have_calendar(actor: Actor) -> bool:
    """Allow therapists, each their own."""
    return actor.is_therapist


def can_have_feeds(actor: Actor) -> bool:
    """Allow patients and therapists, each their own."""
    return actor.is_patient or actor.is_therapist


def is_own_feed(actor: Actor, feed: CalendarFeed) -> bool:
    """Allow whoever made the address, in the role it is for."""
    return can_have_feeds(actor) and actor.uid == feed.owner_uid and actor.role == feed.role


def is_own_outside(actor: Actor, calendar: OutsideCalendar) -> bool:
    """Allow the therapist whose calendar elsewhere it is."""
    return actor.is_therapist and actor.uid == calendar.therapist_uid
