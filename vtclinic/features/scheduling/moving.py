"""Move a session: it stays the same appointment, its claims go with it in one transaction, and both calendars replace what they have.

One way for everybody who may: the patient by the rules of booking, and its therapists and the clinic's administrators, whose moving costs the
patient nothing. Offered are times of the session's own kind at which everybody in it is free; its own time counts as free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, late, letters, placing, policy
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.openings import Openings, openings_of_team
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.upset.models import Outcome, SessionTrouble
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff


@dataclass(frozen=True)
class MoveChoice:
    """One session and the times it can be moved to; `counts` tells that moving it now is kept as a late change."""

    appointment: Appointment
    therapist: staff.Therapist
    openings: Openings
    counts: bool

    def slot(self, start: datetime) -> Slot:
        """Return the open time that starts then; raise SlotTaken with what is near."""
        found = self.openings.at(start)
        if found is None:
            raise SlotTaken(self.openings.near(start))
        return found


class MovedMeanwhile(Conflict):
    """The page was about an earlier time: somebody moved the session while the reader looked."""


def choices(actor: Actor, uid: UUID) -> MoveChoice:
    """Return when a session could be instead; raise Conflict once it has begun or was called off."""
    return _choices(actor, diary.appointment(uid))


def move(actor: Actor, uid: UUID, start: datetime, *, late_said: bool = True, seen: int | None = None) -> Appointment:
    """Move a session and tell the people in it; where it already is, nothing happens, so a second press is harmless.

    Raises SlotTaken when the time is gone, MovedMeanwhile when `seen`, the sequence that the page showed, is not the present one, and NotSaid
    when a patient's change became late meanwhile and they were not told: `late_said` is what their page said.
    """
    appointment = diary.appointment(uid, lock=True)
    authorize(actor, policy.can_move, appointment)
    if appointment.holds_time and appointment.starts_at == start:
        return appointment
    if seen is not None and appointment.holds_time and seen != appointment.ics_sequence:
        raise MovedMeanwhile(_("This session was moved meanwhile. Look at its time now."), hint=_("Nothing was changed."))
    choice = _choices(actor, appointment)
    if choice.counts and not late_said:
        raise late.NotSaid(_("It is later than it was. Look at what moving means now."), hint=_("Nothing was changed."))
    slot = choice.slot(start)
    try:
        take_to(actor, appointment, slot)
    except SlotTaken:
        raise SlotTaken(near for near in choice.openings.near(start) if near.start != start) from None
    if choice.counts:
        late.keep(actor, appointment)
    trouble = session().scalar(select(SessionTrouble).where(SessionTrouble.open_of == uid))
    if trouble is not None:
        trouble.settle(Outcome.MOVED, clock.now(), actor.uid)
    return appointment


def take_to(actor: Actor, appointment: Appointment, slot: Slot) -> Appointment:
    """Move a session for callers that authorised and looked; raise SlotTaken, and nothing has moved."""
    placing.move(appointment, slot.start, slot.end)
    record(actor, "appointment.moved", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    letters.tell_moved(appointment)
    joint_news.tell_others(appointment, appointment.other_uids)
    holds.look_soon()
    tell_pages(appointment.uid, (appointment.therapist_uid, appointment.patient_uid, *appointment.other_uids))
    return appointment


def _choices(actor: Actor, appointment: Appointment) -> MoveChoice:
    authorize(actor, policy.can_move, appointment)
    own = policy.is_its_patient(actor, appointment)
    # To a request its therapist says yes or no.
    if not (appointment.holds_time if own else appointment.is_booked) or appointment.starts_at <= clock.now():
        raise Conflict(_("This session can no longer be moved."), hint=_("Nothing was changed."))
    people = staff.with_licences([appointment.therapist_uid, *appointment.other_uids])
    team = [people[uid][0] for uid in (appointment.therapist_uid, *appointment.other_uids)]
    until = _licensed_until(appointment, people)
    if own and date.min in until.values():
        raise NotBookable(_("This therapist may not work where you are on that day."), hint=_("Choose another therapist, or ask a person to help."))
    kind = catalogue.kind_of(appointment.service_uid, appointment.patient_uid)
    found = openings_of_team(team, appointment.patient_uid, service=kind, until=until, without=appointment)
    elsewhere = replace(found, slots=[slot for slot in found.slots if slot.start != appointment.starts_at])
    return MoveChoice(appointment, team[0], elsewhere, own and late.counts(appointment))


def _licensed_until(appointment: Appointment, team: staff.Licensed) -> dict[UUID, date]:
    """Return the last day of each therapist's licence where the patient is; the first day there is for one who has none."""
    patient, today = records.patient(appointment.patient_uid), clock.now().date()
    return {uid: staff.until(licences, patient.country, patient.region, today) or date.min for uid, (_person, licences) in team.items()}
