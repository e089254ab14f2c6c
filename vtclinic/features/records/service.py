"""Use cases on a patient's record: make it, read it, change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.crypto import create_patient_key
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.core.zones import zone_names
from vtclinic.features.records import policy
from vtclinic.features.records.models import Patient
from vtclinic.features.records.news import ProfileChanged
from vtclinic.features.records.profile import checked
from vtclinic.identity.models import User


@dataclass(frozen=True)
class NamedPatient:
    """A patient as one line on a therapist's page."""

    uid: UUID
    name: str
    pronouns: str
    place: dict[str, str]


def create_patient(uid: UUID) -> Patient:
    """Make a patient's record and the key that seals it; a second call returns the first record."""
    found = session().get(Patient, uid)
    if found is not None:
        return found
    create_patient_key(uid)
    made = Patient(uid=uid, created_at=clock.now())
    session().add(made)
    session().flush()
    return made


@once
def patient(uid: UUID) -> Patient:
    """Return one record, for code that authorises by itself; raise NotFound."""
    found = session().get(Patient, uid, options=[joinedload(Patient.care)])
    if found is None:
        raise NotFound()
    return found


def patients(uids: Iterable[UUID]) -> dict[UUID, Patient]:
    """Return many records with accounts, keys and care in two queries, for code that authorises by itself."""
    wanted = set(uids)
    if not wanted:
        return {}
    rows = session().scalars(select(Patient).where(Patient.uid.in_(wanted)).options(selectinload(Patient.care)))
    return {row.uid: row for row in rows}


def named_patients(uids: Iterable[UUID]) -> dict[UUID, NamedPatient]:
    """Return what staff call many patients and where they are, with one query, for code that authorises by itself."""
    wanted = set(uids)
    if not wanted:
        return {}
    rows = session().scalars(select(Patient).where(Patient.uid.in_(wanted)))
    return {found.uid: NamedPatient(found.uid, called(found, found.user), found.pronouns or "", found.place) for found in rows}


def view_patient(actor: Actor, uid: UUID) -> Patient:
    """Return a record the actor may read, and note that they did; raise NotFound for anybody else's."""
    found = patient(uid)
    authorize(actor, policy.can_view_patient, found)
    record(actor, "profile.read", "patient", uid, patient_uid=uid)
    return found


def change_profile(actor: Actor, uid: UUID, **values: Any) -> Patient:
    """Keep what a patient tells about themselves.

    Takes any of preferred_name, pronouns, languages, date_of_birth, place (country, region, city), safe_contact (email, text, call,
    name_ourselves, phone) and emergency_contact (name, relation, phone). None forgets a value. Raises Invalid with a sentence for each field.
    """
    found = patient(uid)
    authorize(actor, policy.can_change_profile, found)
    for name, value in checked(values).items():
        setattr(found, name, value)
    found.changed_at = clock.now()
    record(actor, "profile.write", "patient", uid, patient_uid=uid, reason=" ".join(sorted(values)) or None)
    publish(ProfileChanged(uid))
    return found


def change_timezone(actor: Actor, uid: UUID, timezone: str) -> None:
    """Choose the clock by which a patient sees every time."""
    authorize(actor, policy.can_change_profile, patient(uid))
    if timezone not in zone_names():
        raise Invalid(_("Choose a place from the list."), fields={"timezone": _("Choose a place from the list.")})
    session().get_one(User, uid).timezone = timezone
    record(actor, "profile.write", "patient", uid, patient_uid=uid, reason="timezone")


def called(found: Patient, owner: User) -> str:
    """Return what staff call a patient: the name they chose, with the surname of their account."""
    chosen: str | None = found.preferred_name
    if not chosen:
        return owner.name
    surname = owner.name.split()[-1] if len(owner.name.split()) > 1 else ""
    return chosen if " " in chosen or not surname else f"{chosen} {surname}"


def may_mail(found: Patient) -> bool:
    """Tell whether notifications may go to this patient's e-mail; mails about signing in go there in any case."""
    return bool(found.safe_contact["email"])


def may_be_named(found: Patient) -> bool:
    """Tell whether a mail to this patient may say which clinic writes."""
    return bool(found.safe_contact["name_ourselves"])
