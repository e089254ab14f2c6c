"""What a patient agreed to: given and taken back with the same ease, every version on record."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import PATIENT, Actor
from vtclinic.core.uow import session
from vtclinic.features.intake.models import Consent
from vtclinic.features.intake.policy import own_uid
from vtclinic.features.intake.questions import CONSENTS
from vtclinic.features.notifications import api as notifications

NEW_WORDS = notifications.Kind(
    "consent.words",
    _l("We changed the words of something you agreed to"),
    mail="consent-words",
    about=_l("When we change what you agreed to"),
    can_mute=False,
    roles=frozenset({PATIENT}),
)


def give(actor: Actor, kind: str) -> Consent:
    """Agree to the present version of a text; agreeing twice is agreeing once."""
    uid = own_uid(actor)
    text = CONSENTS.get(kind)
    if text is None:
        raise NotFound
    now, current = clock.now(), standing(uid).get(kind)
    if current is not None and current.version == text.version:
        return current
    if current is not None:
        current.withdraw(now)
    made = Consent(patient_uid=uid, kind=kind, version=text.version, given_at=now)
    session().add(made)
    session().flush()
    record(actor, "consent.give", "consent", made.uid, patient_uid=uid, reason=f"{kind} {text.version}")
    return made


def withdraw(actor: Actor, kind: str) -> None:
    """Take an agreement back; a second time changes nothing."""
    uid = own_uid(actor)
    current = standing(uid).get(kind)
    if current is None:
        return
    current.withdraw(clock.now())
    session().flush()
    record(actor, "consent.withdraw", "consent", current.uid, patient_uid=uid, reason=f"{kind} {current.version}")


def tell_new_words() -> int:
    """Tell everybody who agreed to older words, once for each new version, that there are new ones; returns how many were told."""
    told = 0
    for kind, text in CONSENTS.items():
        older = select(Consent.patient_uid).where(Consent.kind == kind, Consent.withdrawn_at.is_(None), Consent.version != text.version)
        for uid in session().scalars(older.distinct()).all():
            told += notifications.notify(uid, NEW_WORDS, key=f"consent.words:{kind}:{text.version}", path="/my-data/agreed")
    return told


def standing(patient_uid: UUID) -> dict[str, Consent]:
    """Return the agreements that hold today, by kind."""
    rows = session().scalars(select(Consent).where(Consent.patient_uid == patient_uid, Consent.withdrawn_at.is_(None)).order_by(Consent.given_at))
    return {row.kind: row for row in rows}


def history(actor: Actor) -> list[Consent]:
    """Return all agreements of the actor, the newest first."""
    uid = own_uid(actor)
    record(actor, "consent.read", "patient", uid, patient_uid=uid)
    return list(session().scalars(select(Consent).where(Consent.patient_uid == uid).order_by(Consent.given_at.desc(), Consent.uid.desc())))
