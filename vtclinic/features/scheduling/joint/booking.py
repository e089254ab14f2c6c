"""Book one patient with several therapists: everybody's time is claimed in one step, or nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, letters, placing, together, workload
from vtclinic.features.scheduling.joint import finding, news, policy
from vtclinic.features.scheduling.joint.finding import Needed
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment, JointTherapist
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, UserState, list_users, user, users

MOST_TIMES = 12


@dataclass(frozen=True)
class Together:
    """One time when enough people are free, and who takes part; the first one leads."""

    slot: Slot
    therapist_uids: tuple[UUID, ...]


def people_for(actor: Actor, patient_uid: UUID) -> list[staff.Therapist]:
    """Return who may see this patient by their licence today, by name."""
    patient = records.patient(patient_uid)
    authorize(actor, policy.can_book_joint, patient)
    return [person for person, _last in _licensed(patient)]


def joint_times(
    actor: Actor, patient_uid: UUID, groups: Iterable[Needed], *, service_uid: UUID | None = None, at: datetime | None = None
) -> list[Together]:
    """Return the first times when this patient and enough of each group are free, or the one `at` a start; nobody past their licence."""
    patient, needed = records.patient(patient_uid), finding.checked(groups)
    wanted = {uid for group in needed for uid in group.of}
    authorize(actor, policy.can_book_joint, patient)
    people = {person: last for person, last in _licensed(patient) if person.uid in wanted}
    found = together.open_of_all(people, service_uid, patient_uid=patient_uid)
    by_start: dict[datetime, list[UUID]] = {}
    slots: dict[datetime, Slot] = {}
    for person, last in people.items():
        for slot in together.until_day(found[person.uid].slots, last, person.timezone) if person.uid in found else ():
            if at is not None and slot.start != at:
                continue
            by_start.setdefault(slot.start, []).append(person.uid)
            slots[slot.start] = slot
    shown = finding.times(needed, by_start, workload.loads(people), most=MOST_TIMES)
    return [Together(slots[start], team) for start, team in shown]


def _licensed(patient: records.Patient) -> list[tuple[staff.Therapist, date]]:
    return staff.licensed(patient.country, patient.region, clock.now().date())


def book_together(actor: Actor, patient_uid: UUID, groups: Iterable[Needed], start: datetime, *, service_uid: UUID | None = None) -> Appointment:
    """Book the patient with who is free at a time; raise SlotTaken, leaving nothing, when too few are by now."""
    needed = finding.checked(groups)
    chosen = next(iter(joint_times(actor, patient_uid, needed, service_uid=service_uid, at=start)), None)
    if chosen is None:
        raise placing.SlotTaken()
    if not intake.may_be_cared_for(patient_uid):
        raise Conflict(_("This patient has not agreed to care here."))
    lead, others = staff.therapist(chosen.therapist_uids[0]), chosen.therapist_uids[1:]
    service = together.service_of(service_uid)
    made = placing.place(
        placing.Placement(
            patient_uid=patient_uid,
            therapist_uid=lead.uid,
            service_uid=service.uid,
            start=chosen.slot.start,
            end=chosen.slot.end,
            patient_zone=user(patient_uid).timezone,
            therapist_zone=lead.timezone,
            format=together.usual_format(lead),
            cancel_hours=service.cancel_hours,
            also=others,
        )
    )
    session().add_all(JointTherapist(appointment_uid=made.uid, therapist_uid=uid) for uid in others)
    news.tell_others(made, others)
    for uid in chosen.therapist_uids:
        records.open_care(actor, patient_uid, uid)
    tell_pages(made.uid, chosen.therapist_uids)
    record(actor, "appointment.booked", "appointment", made.uid, patient_uid=patient_uid, reason="joint")
    letters.tell_booked(made)
    return made


@dataclass(frozen=True)
class Looked:
    """A joint session, who takes part, and for whom it is."""

    appointment: Appointment
    people: list[str]
    person: User


def look_at(actor: Actor, uid: UUID) -> Looked:
    """Return a joint session for the staff who may book it, and note the look."""
    row = diary.appointment(uid)
    authorize(actor, policy.can_book_joint, records.patient(row.patient_uid))
    record(actor, "appointment.read", "appointment", uid, patient_uid=row.patient_uid)
    uids = [row.therapist_uid, *others_in(uid)]
    faces = staff.faces(uids)
    return Looked(row, [faces[each].name for each in uids if each in faces], user(row.patient_uid))


def patients_of(actor: Actor) -> list[tuple[str, str]]:
    """Return whom this member of staff can book for, by name."""
    authorize(actor, policy.can_book_any)
    assert actor.uid is not None
    found = list_users(actor, role=PATIENT, state=UserState.ACTIVE) if actor.is_clinic_admin else list(users(records.caseload(actor.uid)).values())
    return sorted(((str(row.uid), row.name) for row in found if row.state == UserState.ACTIVE), key=lambda each: each[1].casefold())


def others_in(appointment_uid: UUID) -> list[UUID]:
    """Return who else takes part in a session besides its own therapist."""
    return list(session().scalars(select(JointTherapist.therapist_uid).where(JointTherapist.appointment_uid == appointment_uid)))
