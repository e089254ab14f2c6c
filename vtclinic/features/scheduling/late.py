"""Late changes: what a patient's cancelling or moving after the window means, or their not coming, when it never counts, and how staff let one go.

Nothing is charged here; a record is kept for whoever bills. It never counts when the clinic cancels, nor while somebody worries for this
patient: a risk task about them is open, or was raised within the last week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.crypto import prefetch_patient_keys
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.crisis import api as crisis
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.late_models import LateCancel
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity.service import User, users

SPARED = timedelta(days=7)
MOST_WHY, MOST_LISTED = 1000, 200
REASONS = {
    "unwell": lazy("They were unwell"),
    "crisis": lazy("They went through a crisis"),
    "system": lazy("We or our system let them down"),
    "first": lazy("It is the first time"),
    "goodwill": lazy("Another reason of ours"),
}


@dataclass(frozen=True)
class LateRow:
    """One late change and whose it was; `why` is for the session's therapist alone."""

    change: LateCancel
    starts: Appointment
    patient: User | None
    therapist: User | None
    why: str

    @property
    def missed(self) -> bool:
        """Tell whether they did not come, and said nothing before."""
        return was_missed(self.change, self.starts)


def is_late(appointment: Appointment) -> bool:
    """Tell whether a patient's change now would come after the window; what was only requested is never late."""
    return appointment.is_booked and clock.now() > appointment.cancel_by


def counts(appointment: Appointment) -> bool:
    """Tell whether a patient's change now would be kept as late."""
    return is_late(appointment) and not crisis.worried_about(appointment.patient_uid, since=clock.now() - SPARED)


def note(actor: Actor, appointment: Appointment, *, why: str = "") -> LateCancel | None:
    """Keep a patient's late change, if it counts; a second one of the same session changes nothing. Call it before the state changes."""
    if len(why) > MOST_WHY:
        raise Invalid(_("Write less."), fields={"why": _("The most is %(count)s characters.", count=MOST_WHY)})
    if not policy.is_its_patient(actor, appointment) or not counts(appointment):
        return None
    return keep(actor, appointment, why)


def missing_counts(appointment: Appointment) -> bool:
    """Tell whether not coming is kept as a late change; never where a change is never late, nor while somebody worries."""
    return appointment.cancel_hours > 0 and not crisis.worried_about(appointment.patient_uid, since=clock.now() - SPARED)


def note_missed(actor: Actor, appointment: Appointment) -> LateCancel | None:
    """Keep a session to which the patient did not come, if it counts; what was kept of it before stays. The caller has authorised."""
    return keep(actor, appointment) if missing_counts(appointment) else None


def forget_missed(appointment: Appointment) -> None:
    """Keep it no more, since they came; a late change before the session stays."""
    known = session().get(LateCancel, appointment.uid)
    if known is not None and was_missed(known, appointment):
        session().delete(known)


def was_missed(change: LateCancel, appointment: Appointment) -> bool:
    """Tell whether it was kept because the patient did not come: nothing else can change once a session has begun."""
    return change.at >= appointment.starts_at


def keep(actor: Actor, appointment: Appointment, why: str = "") -> LateCancel:
    """Keep a late change that counts; a second one of the same session changes nothing. The caller has authorised and looked."""
    known = session().get(LateCancel, appointment.uid)
    if known is not None:
        return known
    people = {"patient_uid": appointment.patient_uid, "therapist_uid": appointment.therapist_uid}
    made = LateCancel(uid=appointment.uid, at=clock.now(), hours=appointment.cancel_hours, **people)
    if why:
        made.why = why
    session().add(made)
    session().flush()
    record(actor, "late-change.noted", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    return made


def listed(actor: Actor) -> list[LateRow]:
    """Return late changes, newest first: a therapist's own, or all for the clinic's administrators, who read no words of patients."""
    authorize(actor, policy.can_see_late_changes)
    chosen = select(LateCancel, Appointment).join(Appointment, Appointment.uid == LateCancel.uid).order_by(LateCancel.at.desc()).limit(MOST_LISTED)
    if not actor.is_clinic_admin:
        chosen = chosen.where(LateCancel.therapist_uid == actor.uid)
    rows = session().execute(chosen).all()
    people = users({uid for change, _it in rows for uid in (change.patient_uid, change.therapist_uid)})
    prefetch_patient_keys([change.patient_uid for change, _it in rows if change.why_sealed and change.therapist_uid == actor.uid])
    if rows:
        record(actor, "late-change.read", "clinic", str(actor.uid))
    return [
        LateRow(change, it, people.get(change.patient_uid), people.get(change.therapist_uid), (change.why or "") if change.therapist_uid == actor.uid else "")
        for change, it in rows
    ]


def waive(actor: Actor, uid: UUID, reason: str) -> LateCancel:
    """Let a late change go, with a reason from the list; doing it again changes nothing."""
    found = session().get(LateCancel, uid)
    if found is None:
        raise NotFound()
    authorize(actor, policy.can_waive, found)
    if reason not in REASONS:
        raise Invalid(_("Choose a reason."), fields={"reason": _("Choose a reason.")})
    if found.waived_at is None:
        found.waived_at, found.waived_by, found.reason = clock.now(), actor.uid, reason
        record(actor, "late-change.waived", "appointment", uid, patient_uid=found.patient_uid, reason=reason)
    return found


def of(appointment: Appointment) -> LateCancel | None:
    """Return what was kept of one session; what was never changed has nothing."""
    return None if appointment.ics_sequence == 0 and not appointment.is_missed else session().get(LateCancel, appointment.uid)


class NotSaid(Conflict):
    """The page did not yet say that the change is late: it became so while the reader looked."""
