"""The clinic's shelf of questionnaires: which are in use, on whose promise, and who gives them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.progress import catalogue, policy
from vtclinic.features.progress.instruments import Instrument, load_packs
from vtclinic.features.progress.models import Response, ResponseState
from vtclinic.features.progress.models_catalogue import Attestation, SwitchedOff
from vtclinic.identity import service as identity

YEAR = timedelta(days=365)
TEXT_VERSION = "1"
# What an administrator promises; a changed text gets a new version beside the old one, since rows name the version they agreed to.
TEXTS: dict[str, tuple[Any, ...]] = {
    "1": (
        lazy("We use these questions for care, and we do not sell them or charge for them."),
        lazy("We keep their wording as it is, and their owner’s notice stays on each page."),
        lazy("I may say this for the clinic. If it is no longer so, I take it back here."),
    )
}


@dataclass(frozen=True)
class Use:
    """How often a questionnaire was given within the last year, and by which therapists."""

    given: int
    therapists: list[str]


@dataclass(frozen=True)
class Entry:
    """One questionnaire on the shelf."""

    pack: Instrument
    is_on: bool
    fixed: bool
    use: Use
    promise: Attestation | None
    promised_by: str


def shelf(actor: Actor) -> list[Entry]:
    """Return every shipped questionnaire with its state; an administrator's page, so no answer and no patient in it."""
    authorize(actor, policy.can_choose)
    promises = {row.instrument: row for row in session().scalars(select(Attestation).where(Attestation.withdrawn_at.is_(None)))}
    counted = _counted()
    names = identity.users({uid for each in counted.values() for uid in each} | {row.attested_by for row in promises.values()})
    on = catalogue.in_use()
    order = sorted(load_packs().values(), key=lambda pack: (pack.id not in catalogue.USUAL, bool(pack.attestation), pack.name))
    return [_entry(pack, pack.id in on, counted.get(pack.id, {}), promises.get(pack.id), names) for pack in order]


def entry(actor: Actor, id: str) -> Entry:
    """Return one shipped questionnaire."""
    found = next((each for each in shelf(actor) if each.pack.id == id), None)
    if found is None:
        raise NotFound(_("There are no such questions."))
    return found


def attest(actor: Actor, id: str, text_version: str) -> None:
    """Store the promise that a non-commercial questionnaire needs; a second press changes nothing."""
    authorize(actor, policy.can_choose)
    pack = load_packs().get(id)
    if pack is None or not pack.attestation:
        raise NotFound(_("There are no such questions."))
    if text_version != TEXT_VERSION:
        raise Conflict(_("The text of this promise has changed. Read it again."))
    assert actor.uid is not None
    row = Attestation(instrument=id, text_version=text_version, attested_by=actor.uid, attested_at=clock.now())
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        return  # it stands already
    record(actor, "instrument.attested", "attestation", row.uid, reason=f"{id} text {text_version}")


def withdraw(actor: Actor, id: str) -> None:
    """Take the promise back: nobody is asked these questions any more, also where they wait; results stay."""
    authorize(actor, policy.can_choose)
    row = session().scalars(select(Attestation).where(Attestation.instrument == id, Attestation.withdrawn_at.is_(None))).first()
    if row is None:
        return
    row.withdrawn_at, row.withdrawn_by = clock.now(), actor.uid
    record(actor, "instrument.attestation-withdrawn", "attestation", row.uid, reason=id)
    _close_waiting(actor, id)


def switch(actor: Actor, id: str, *, on: bool) -> None:
    """Let a questionnaire be given, or no longer; what waits for a patient can still be answered."""
    authorize(actor, policy.can_choose)
    if id in catalogue.USUAL or id not in catalogue.known():
        raise NotFound(_("There are no such questions."))
    row = session().get(SwitchedOff, id)
    if on == (row is None):
        return
    assert actor.uid is not None
    if row is not None:
        session().delete(row)
    else:
        session().add(SwitchedOff(instrument=id, at=clock.now(), by=actor.uid))
    record(actor, "instrument.switched-on" if on else "instrument.switched-off", "clinic", current_clinic().uid, reason=id)


def uses() -> dict[str, Use]:
    """Return how each questionnaire was used within the last year."""
    counted = _counted()
    names = identity.users({uid for each in counted.values() for uid in each})
    return {id: _use(each, names) for id, each in counted.items()}


def _counted() -> dict[str, dict[UUID, int]]:
    nobody = UUID(int=0)
    rows = session().execute(
        select(Response.instrument, Response.assigned_by, func.count())
        .where(Response.assigned_at > clock.now() - YEAR)
        .group_by(Response.instrument, Response.assigned_by)
    )
    counted: defaultdict[str, dict[UUID, int]] = defaultdict(dict)
    for id, by, count in rows:
        counted[id][by or nobody] = count
    return counted


def _use(counted: dict[UUID, int], names: dict[UUID, Any]) -> Use:
    givers = [names[uid] for uid in counted if uid in names and THERAPIST in names[uid].roles]
    return Use(sum(counted.values()), sorted((user.name for user in givers), key=str.casefold))


def _entry(pack: Instrument, is_on: bool, counted: dict[UUID, int], promise: Attestation | None, names: dict[UUID, Any]) -> Entry:
    by = names[promise.attested_by].name if promise and promise.attested_by in names else ""
    return Entry(pack, is_on, pack.id in catalogue.USUAL, _use(counted, names), promise, by)


def _close_waiting(actor: Actor, id: str) -> None:
    for row in session().scalars(select(Response).where(Response.instrument == id, Response.state == ResponseState.OPEN)):
        row.close()
        record(actor, "questionnaire.closed", "questionnaire", row.uid, patient_uid=row.patient_uid)
