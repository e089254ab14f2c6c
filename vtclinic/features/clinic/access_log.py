"""Who opened or changed what in this clinic, in plain words. People are told by id or initials, never with what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from vtclinic.core.audit import AuditEntry, ChainReport, record, verify
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.core.zones import wall_instant
from vtclinic.features.clinic.policy import can_run_clinic
from vtclinic.features.clinic.words import KINDS
from vtclinic.identity import service as identity

PAGE = 50
_SHORT = 8


@dataclass(frozen=True)
class Question:
    """What somebody looks for in the log; what is empty does not filter."""

    kind: str = ""
    who: str = ""
    patient: str = ""
    first: date | None = None
    last: date | None = None
    here: int = 1


@dataclass(frozen=True)
class LogPage:
    """One page of the log, newest first; `names` are staff by id, `marks` are patients by id as initials and short number."""

    rows: list[AuditEntry]
    names: Mapping[UUID, str]
    marks: Mapping[UUID, str]
    staff: list[tuple[str, str]]
    here: int
    pages: int
    count: int


def read_log(actor: Actor, asked: Question) -> LogPage:
    """Return one page of the log; looking at it is noted as well."""
    authorize(actor, can_run_clinic)
    chosen = _filters(asked)
    count = session().scalar(select(func.count()).select_from(AuditEntry).where(*chosen)) or 0
    pages = max(1, -(-count // PAGE))
    here = min(max(asked.here, 1), pages)
    rows = list(session().scalars(select(AuditEntry).where(*chosen).order_by(AuditEntry.seq.desc()).limit(PAGE).offset((here - 1) * PAGE)))
    people = identity.users({uid for row in rows for uid in (row.actor_uid, row.patient_uid, _uid(row.subject_uid) if row.subject == "user" else None) if uid})
    names = {uid: person.name for uid, person in people.items() if PATIENT not in person.roles}
    marks = {uid: mark(person.name, uid) for uid, person in people.items() if PATIENT in person.roles}
    record(actor, "access-log.read", "clinic", current_clinic().uid)
    return LogPage(rows, names, marks, sorted(((str(uid), name) for uid, name in names.items()), key=lambda pair: pair[1].casefold()), here, pages, count)


def check_log(actor: Actor) -> ChainReport:
    """Walk the clinic's whole chain and say whether any row was changed, removed or added by other hands."""
    authorize(actor, can_run_clinic)
    found = verify(session(), current_clinic().keys.derived("audit"))
    record(actor, "access-log.checked", "clinic", current_clinic().uid, reason="whole" if found.sound else "broken")
    return found


def mark(name: str, uid: UUID) -> str:
    """Return initials and the end of the number: enough to recognise somebody one knows, too little to name anybody."""
    letters = "".join(part[0].upper() for part in name.split()[:2])
    return f"{letters} {uid.hex[-_SHORT:]}".strip()


def _filters(asked: Question) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if asked.kind in KINDS:
        chosen.append(func.substr(AuditEntry.action, 1, len(asked.kind) + 1) == f"{asked.kind}.")
    if asked.who:
        chosen.append(AuditEntry.actor_uid == _must_be_uid(asked.who, "who"))
    if asked.patient:
        chosen.append(AuditEntry.patient_uid == _must_be_uid(asked.patient, "patient"))
    place = current_timezone().key
    if asked.first:
        chosen.append(AuditEntry.at >= wall_instant(asked.first, time(0), place))
    if asked.last:
        chosen.append(AuditEntry.at < wall_instant(asked.last + timedelta(days=1), time(0), place))
    return chosen


def _must_be_uid(text: str, field: str) -> UUID:
    found = _uid(text)
    if found is None:
        sentence = _("This is not a number of ours. Copy it from the log.")
        raise Invalid(sentence, fields={field: sentence})
    return found


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
