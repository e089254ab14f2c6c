"""Book a time: one transaction in which the time is claimed, care is opened and the letters are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import letters, placing, policy
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import HOLDING, Appointment, ServiceType, State
from vtclinic.features.scheduling.openings import Openings, openings
from vtclinic.features.scheduling.placing import Placement, SlotTaken
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import UserState

LIVE_FORMATS = ("video", "audio", "chat")


class NotBookable(Conflict):
    """This therapist may not see this patient then: no licence, no space, or not a fit."""


@dataclass(frozen=True)
class Wish:
    """A time a patient chose; `key` makes a second press of the same button the same booking."""

    therapist_uid: UUID
    start: datetime
    zone: str
    key: UUID
    format: str = ""
    service_uid: UUID | None = None


@dataclass(frozen=True)
class Offer:
    """A time that can be booked now, with what the patient should know first."""

    therapist: staff.Therapist
    slot: Slot
    service: ServiceType
    format: str

    @property
    def cancel_by(self) -> datetime:
        """Return until when cancelling is in good time."""
        return self.slot.start - timedelta(hours=self.service.cancel_hours)

    @property
    def answer_by(self) -> datetime:
        """Return until when the therapist can accept, where they are asked: never past the start."""
        return min(clock.now() + timedelta(hours=self.service.approval_hours), self.slot.start)


@dataclass(frozen=True)
class Choice:
    """A therapist's open times for one patient; `until` is the last day the licence there holds."""

    therapist: staff.Therapist
    openings: Openings
    until: date
    kinds: list[ServiceType]


def open_times(actor: Actor, therapist_uid: UUID, service_uid: UUID | None = None) -> Choice:
    """Return when this patient can see this therapist, for the kind of session wanted or the first that fits.

    Raises NotBookable when the law or the therapist says never.
    """
    authorize(actor, policy.can_book)
    therapist, patient = _therapist(therapist_uid), records.patient(_uid(actor))
    licence = staff.licence_for(therapist_uid, patient.country, patient.region, clock.now().date())
    if licence is None:
        raise NotBookable(_no_licence(therapist), hint=_("Choose another therapist, or ask a person to help."))
    kinds = catalogue.fitting(therapist_uid, patient.uid)
    if not kinds:
        raise NotBookable(_("There is no session you can book here right now."), hint=_("Ask a person to help."))
    kind = next((kind for kind in kinds if kind.uid == service_uid), kinds[0])
    return Choice(therapist, openings(therapist, patient.uid, until=licence.expires_on, service=kind), licence.expires_on, kinds)


def check(actor: Actor, wish: Wish) -> Offer:
    """Return what this wish would book; raise SlotTaken or NotBookable."""
    choice = open_times(actor, wish.therapist_uid, wish.service_uid)
    _check_fit(actor, choice.therapist)
    zone(wish.zone)
    slot = choice.openings.at(wish.start)
    if slot is None:
        if wish.start.date() > choice.until:
            raise NotBookable(_no_licence(choice.therapist), hint=_("Choose an earlier time."))
        raise SlotTaken(choice.openings.near(wish.start))
    kind = choice.openings.service
    return Offer(choice.therapist, slot, kind, _format(formats_of(choice.therapist, kind), wish.format))


def book(actor: Actor, wish: Wish) -> Appointment:
    """Book a time and tell both people; a repeated press, or the same wish in a second tab, returns the first booking.

    Raises SlotTaken when somebody was faster: the claims' primary key decides, not the look before.
    """
    authorize(actor, policy.can_book)
    known = _booked_already(_uid(actor), wish)
    if known is not None:
        return known
    offer = check(actor, wish)
    try:
        appointment = placing.place(_placement(actor, wish, offer))
    except SlotTaken:
        # Another request won between our look and our claim, and has committed. It may have been this one's twin.
        known = _booked_already(_uid(actor), wish)
        if known is None:
            raise SlotTaken(open_times(actor, wish.therapist_uid, offer.service.uid).openings.near(wish.start)) from None
        return known
    if appointment.is_booked:
        records.open_care(actor, appointment.patient_uid, appointment.therapist_uid)
        matching.close_all(actor, appointment.patient_uid)
        record(actor, "appointment.booked", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
        letters.tell_booked(appointment)
    else:
        # Care opens when the therapist says yes.
        record(actor, "appointment.requested", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
        letters.tell_requested(appointment)
    tell_pages(appointment.uid, [appointment.therapist_uid])
    return appointment


def _booked_already(patient_uid: UUID, wish: Wish) -> Appointment | None:
    same_key = session().scalar(select(Appointment).where(Appointment.patient_uid == patient_uid, Appointment.booking_key == wish.key))
    if same_key is not None:
        return same_key
    return session().scalar(
        select(Appointment).where(
            Appointment.patient_uid == patient_uid,
            Appointment.therapist_uid == wish.therapist_uid,
            Appointment.starts_at == wish.start,
            Appointment.state.in_(HOLDING),
        )
    )


def _placement(actor: Actor, wish: Wish, offer: Offer) -> Placement:
    asks = offer.service.approval
    return Placement(
        state=State.REQUESTED if asks else State.BOOKED,
        answer_by=offer.answer_by if asks else None,
        patient_uid=_uid(actor),
        therapist_uid=offer.therapist.uid,
        service_uid=offer.service.uid,
        start=offer.slot.start,
        end=offer.slot.end,
        patient_zone=wish.zone,
        therapist_zone=offer.therapist.timezone,
        format=offer.format,
        cancel_hours=offer.service.cancel_hours,
        booking_key=wish.key,
    )


def _therapist(uid: UUID) -> staff.Therapist:
    found = staff.therapist(uid)
    if found.user.state != UserState.ACTIVE:
        raise NotFound()
    return found


def _check_fit(actor: Actor, therapist: staff.Therapist) -> None:
    if not intake.may_be_cared_for(_uid(actor)):
        raise NotBookable(_("You have not agreed to care here."), hint=_("Look at what you agreed to under More. Then choose a time again."))
    if records.in_care(_uid(actor), therapist.uid):
        return
    if not matching.may_choose(_uid(actor), therapist.uid):
        raise NotBookable(_("This therapist cannot take you on right now."), hint=_("Choose another therapist, or ask a person to help."))


def _no_licence(therapist: staff.Therapist) -> str:
    return _("This therapist may not work where you are on that day.")


def formats_of(therapist: staff.Therapist, kind: ServiceType) -> list[str]:
    """Return the ways to meet at a time that both the therapist and the kind of session allow; all the therapist's when none is in both."""
    live = [each for each in LIVE_FORMATS if each in therapist.formats]
    return [each for each in live if each in kind.formats] or live


def _format(allowed: list[str], wanted: str) -> str:
    if wanted and wanted not in allowed:
        raise Invalid(_("Choose one of the answers shown."), fields={"format": _("Choose one of the answers shown.")})
    return wanted or (allowed[0] if allowed else "video")


def _uid(actor: Actor) -> UUID:
    assert actor.uid is not None  # the policy let a signed-in person through
    return actor.uid
