"""Say that a patient did not come, and take it back: both are noted, and the clinic's late rules hold as for a late change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.features.progress import api as progress
from vtclinic.features.scheduling import diary, late, placing, policy
from vtclinic.features.scheduling.live import tell_both
from vtclinic.features.scheduling.models import Appointment, ClaimKind, State

# Later than this a session stands as it was noted.
SAY_WITHIN = timedelta(days=7)
TAKE_BACK_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Coming:
    """What staff can still say of whether the patient came; `counts` tells that not coming is kept as a late change."""

    can_say: bool
    take_back_by: datetime | None = None
    counts: bool = False


def look(actor: Actor, appointment: Appointment) -> Coming:
    """Return what can be said of a session now."""
    authorize(actor, policy.can_look_after, appointment)
    now = clock.now()
    if appointment.is_missed:
        by = appointment.changed_at + TAKE_BACK_WITHIN
        return Coming(can_say=False, take_back_by=by if now < by else None)
    said = appointment.state in (State.BOOKED, State.DONE) and appointment.starts_at <= now < appointment.ends_at + SAY_WITHIN
    return Coming(said, counts=said and late.missing_counts(appointment))


def note(actor: Actor, uid: UUID) -> Appointment:
    """Note that the patient did not come; saying it again changes nothing. Raises Conflict before the start, and a week after the end."""
    appointment = diary.appointment(uid, lock=True)
    authorize(actor, policy.can_look_after, appointment)
    if appointment.is_missed:
        return appointment
    if clock.now() >= appointment.ends_at + SAY_WITHIN:
        raise Conflict(_("This session was more than a week ago. It stays as it is."))
    appointment.miss(clock.now())
    late.note_missed(actor, appointment)
    placing.release(appointment)
    progress.on_session_missed(uid)
    record(actor, "appointment.missed", "appointment", uid, patient_uid=appointment.patient_uid)
    tell_both(appointment)
    return appointment


def take_back(actor: Actor, uid: UUID) -> Appointment:
    """Note that they came after all; what was kept as late because of it goes. Raises Conflict once it is too late for that."""
    appointment = diary.appointment(uid, lock=True)
    if look(actor, appointment).take_back_by is None:
        if not appointment.is_missed:
            return appointment
        raise Conflict(_("It is too late to take this back."), hint=_("Nothing was changed. You can let the late change go."))
    late.forget_missed(appointment)
    appointment.take_back_missing(clock.now())
    if appointment.is_booked:
        people = (appointment.therapist_uid, appointment.patient_uid, *appointment.other_uids)
        placing.claim(people, appointment.starts_at, appointment.ends_at, for_uid=uid, kind=ClaimKind.APPOINTMENT)
    else:
        progress.on_session_done(appointment.patient_uid, appointment.therapist_uid, uid, appointment.starts_at)
    record(actor, "appointment.missed-taken-back", "appointment", uid, patient_uid=appointment.patient_uid)
    tell_both(appointment)
    return appointment
