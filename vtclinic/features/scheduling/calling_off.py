"""Call a session off: the time is free again, both calendars are told, and a clinic's own act never costs the patient anything."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.sockets import publish, user_room
from vtclinic.core.uow import session
from vtclinic.features.scheduling import diary, letters, policy
from vtclinic.features.scheduling.booking import CHANGED
from vtclinic.features.scheduling.models import Appointment, SlotClaim, State

MOST_WORDS = 1000


def cancel(actor: Actor, uid: UUID, *, words: str = "") -> Appointment:
    """Call a session off as one of its two people; `words` from a therapist reach the patient in the app, never by mail.

    Cancelling again changes nothing. Raises Conflict once the session has begun.
    """
    appointment = diary.appointment(uid)
    authorize(actor, policy.can_cancel, appointment)
    if appointment.is_cancelled:
        return appointment
    by_patient = policy.is_its_patient(actor, appointment)
    if len(words) > MOST_WORDS:
        raise Invalid(_("Write less."), fields={"words": _("The most is %(count)s characters.", count=MOST_WORDS)})
    appointment.cancel(State.CANCELLED_BY_PATIENT if by_patient else State.CANCELLED_BY_CLINIC, clock.now())
    if words and not by_patient:
        appointment.words = words
    session().execute(delete(SlotClaim).where(SlotClaim.appointment_uid == uid))
    record(actor, "appointment.cancelled", "appointment", uid, patient_uid=appointment.patient_uid)
    letters.tell_cancelled(appointment)
    publish(user_room(appointment.therapist_uid), CHANGED, {"appointment": str(uid)})
    if not by_patient:
        publish(user_room(appointment.patient_uid), CHANGED, {"appointment": str(uid)})
    return appointment
