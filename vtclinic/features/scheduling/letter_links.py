"""Links in letters that act on one appointment: signed for one act, one appointment, one time of it; good until it starts.

They open nothing else: no sign-in, no names. A session that was moved has another time, so the links of older letters do not touch it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.scheduling import letter_tokens
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment


class Act(StrEnum):
    """What a link does."""

    CONFIRM = "confirm"
    CANCEL = "cancel"


class Stand(StrEnum):
    """How an appointment stands, seen from a letter."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    PAST = "past"


@dataclass(frozen=True)
class Seen:
    """What a link leads to."""

    appointment: Appointment
    stand: Stand

    @property
    def may_act(self) -> bool:
        """Tell whether the letter's link still does something."""
        return self.stand in (Stand.OPEN, Stand.CONFIRMED)


def address(appointment: Appointment, act: Act) -> str:
    """Return a link for the appointment as it is now."""
    return f"{current_clinic().base_url}/times/{token(appointment, act)}/{act.value}"


def token(appointment: Appointment, act: Act) -> str:
    """Return the secret part of a link."""
    return letter_tokens.make(appointment.uid, appointment.ics_sequence, act.value)


def look(text: str, act: Act) -> Seen:
    """Return what a link leads to; raise Gone for one that is none, or is made for another act."""
    uid, sequence = letter_tokens.read(text, act.value)
    appointment = session().get(Appointment, uid)
    if appointment is None:
        raise letter_tokens.unusable()
    return Seen(appointment, _stand(appointment, sequence))


def confirm(text: str) -> Seen:
    """Note that the patient comes; once more changes nothing."""
    seen = look(text, Act.CONFIRM)
    if seen.stand == Stand.OPEN:
        note_coming(reader_of(seen.appointment), seen.appointment, reason="letter")
        return look(text, Act.CONFIRM)
    return seen


def note_coming(actor: Actor, appointment: Appointment, *, reason: str | None = None) -> None:
    """Note that the patient comes; the caller made sure that it is theirs. Raises Conflict once it has started."""
    if appointment.starts_at <= clock.now():
        raise Conflict(_("This time has passed."))
    if appointment.is_confirmed:
        return
    appointment.confirm()
    record(actor, "appointment.confirmed", "appointment", appointment.uid, patient_uid=appointment.patient_uid, reason=reason)
    tell_pages(appointment.uid, [appointment.therapist_uid])


def reader_of(appointment: Appointment) -> Actor:
    """Return the patient a letter was written to, as far as its link lets them act."""
    return Actor(uid=appointment.patient_uid, role=PATIENT, roles=frozenset({PATIENT}))


def _stand(appointment: Appointment, sequence: int) -> Stand:
    if not appointment.is_booked and not appointment.is_requested:
        return Stand.CANCELLED if appointment.is_cancelled else Stand.PAST
    if appointment.ics_sequence != sequence:
        return Stand.MOVED
    if appointment.starts_at <= clock.now():
        return Stand.PAST
    return Stand.CONFIRMED if appointment.is_confirmed else Stand.OPEN

