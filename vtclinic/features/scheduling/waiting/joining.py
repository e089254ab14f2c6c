"""Come onto the list, change what one waits for, leave it; and how soon staff say somebody should be seen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting import holds, policy
from vtclinic.features.scheduling.waiting.models import Answer, Level, WaitEntry, Waits
from vtclinic.features.scheduling.waiting.wishes import Wishes

LONGEST_REASON = 500


def entry(uid: UUID, *, lock: bool = False) -> WaitEntry:
    """Return one place on the list, the newest state when locked; raise NotFound."""
    found = session().get(WaitEntry, uid, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def open_entry(patient_uid: UUID) -> WaitEntry | None:
    """Return a patient's place on the list, or None."""
    return session().scalar(select(WaitEntry).where(WaitEntry.open_of == patient_uid))


def join(actor: Actor, patient_uid: UUID, wishes: Wishes, *, level: Level = Level.USUAL, since: datetime | None = None) -> WaitEntry:
    """Put a patient on the list; somebody on it already keeps their place with the new wishes.

    `since` gives waiting time that was lost through no fault of the patient's; only the program sets it.
    """
    authorize(actor, policy.can_list, records.patient(patient_uid))
    if not intake.may_be_cared_for(patient_uid):
        raise Conflict(_("You have not agreed to care here."), hint=_("Look at what you agreed to under More. Then try again."))
    known, values, now = open_entry(patient_uid), wishes.checked(), clock.now()
    if known is None:
        known = _added(actor, patient_uid, values, level, since if actor.is_system and since else now)
    _take(known, values, now)
    if level > known.level:
        known.level = level
    record(actor, "waiting.joined", "wait_entry", known.uid, patient_uid=patient_uid)
    holds.look_soon()
    return known


def leave(actor: Actor, uid: UUID, *, by: str | None = None) -> WaitEntry:
    """Take a patient off the list and let go of a time that is kept for them; leaving twice is leaving once."""
    found = entry(uid, lock=True)
    authorize(actor, policy.can_list, records.patient(found.patient_uid))
    if found.is_open:
        holds.let_go_of(found, Answer.WITHDRAWN)
        found.close(Waits.LEFT, clock.now())
        record(actor, "waiting.left", "wait_entry", uid, patient_uid=found.patient_uid, reason=by)
    return found


def wake(actor: Actor, uid: UUID) -> None:
    """Go on waiting after offers that nobody answered; the waiting time counts on."""
    found = entry(uid, lock=True)
    authorize(actor, policy.can_list, records.patient(found.patient_uid))
    if found.state == Waits.RESTING:
        found.state, found.unanswered, found.changed_at = Waits.WAITING, 0, clock.now()
        record(actor, "waiting.went-on", "wait_entry", uid, patient_uid=found.patient_uid)
        holds.look_soon()


def return_to_list(actor: Actor, uid: UUID) -> WaitEntry:
    """Go back after a session from the list was called off, with the waiting time kept; the same time may be offered again."""
    found = entry(uid, lock=True)
    authorize(actor, policy.can_list, records.patient(found.patient_uid))
    known = open_entry(found.patient_uid)
    if known is not None:
        return known
    if found.state != Waits.BOOKED:
        raise Conflict(_("This place on the list is closed. You can join the list again."))
    found.reopen(clock.now())
    holds.forget_accepted(found.uid)
    record(actor, "waiting.returned", "wait_entry", uid, patient_uid=found.patient_uid)
    holds.look_soon()
    return found


def set_level(actor: Actor, uid: UUID, level: int, reason: str) -> WaitEntry:
    """Say how soon a person should be seen, and why; raise Invalid without a reason."""
    found = entry(uid, lock=True)
    authorize(actor, policy.can_help, records.patient(found.patient_uid))
    words = reason.strip()
    if level not in set(Level):
        raise Invalid(_("Choose one of the answers shown."), fields={"level": _("Choose one of the answers shown.")})
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Invalid(_("Write why, in up to 500 letters."), fields={"reason": _("Write why, in up to 500 letters.")})
    if not found.is_open:
        raise Conflict(_("This person is not on the list any more. Nothing was changed."))
    found.level, found.reason, found.changed_at = level, words, clock.now()
    record(actor, "waiting.level", "wait_entry", uid, patient_uid=found.patient_uid, reason=Level(level).name.lower())
    holds.look_soon()
    return found


def put_first(patient_uid: UUID, therapist_uids: tuple[UUID, ...], zone: str, since: datetime) -> WaitEntry:
    """Put somebody whose session the clinic had to call off on the list, ahead of the usual."""
    known = open_entry(patient_uid)
    wishes = Wishes(zone, therapist_uids) if known is None else _wishes_of(known)
    return join(SYSTEM, patient_uid, wishes, level=Level.SOON, since=since)


def _wishes_of(found: WaitEntry) -> Wishes:
    return Wishes(found.zone, tuple(found.therapist_uids), tuple(found.days), tuple(found.parts), found.notice_hours, found.service_uid)


def _added(actor: Actor, patient_uid: UUID, wishes: Wishes, level: Level, since: datetime) -> WaitEntry:
    made = WaitEntry(
        uid=new_id(), patient_uid=patient_uid, open_of=patient_uid, zone=wishes.zone, state=Waits.WAITING, level=level, unanswered=0,
        joined_by=actor.uid, joined_at=since, changed_at=clock.now(),
    )
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        known = open_entry(patient_uid)
        assert known is not None  # the index refused a second open place
        return known
    return made


def _take(found: WaitEntry, wishes: Wishes, now: datetime) -> None:
    found.therapists = [str(uid) for uid in wishes.therapist_uids]
    found.days, found.parts, found.notice_hours = sorted(wishes.days), list(wishes.parts), wishes.notice_hours
    found.zone, found.service_uid, found.changed_at = wishes.zone, wishes.service_uid, now
