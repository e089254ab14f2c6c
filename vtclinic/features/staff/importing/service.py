"""Importing people: every row is checked before the first is written, and all are written together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, SYSTEM, THERAPIST, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.staff import credentials, policy
from vtclinic.features.staff.credentials import Claim
from vtclinic.features.staff.importing.columns import KINDS, PATIENTS, read_cells
from vtclinic.features.staff.importing.reading import read_sheet
from vtclinic.features.staff.importing.report import ImportReport, Outcome, RowReport
from vtclinic.features.staff.people import invite
from vtclinic.features.staff.practice import change_practice, checked_practice
from vtclinic.identity.addresses import index_of, tidy_address
from vtclinic.identity.models import User, UserState

_CHUNK = 400
_LICENCE = ("number", "title", "register", "country", "region", "expires")
_NEEDED = ("number", "country", "expires")
_PRACTICE = ("title", "practising_since", "languages", "specialities", "modalities", "formats", "age_bands", "capacity", "timezone")
_PROFILE = ("preferred_name", "pronouns", "languages", "date_of_birth")


@dataclass
class Row:
    """One person of the file, as far as it could be read."""

    line: int
    values: dict[str, Any]
    problems: list[str]
    email: str = ""
    claim: Claim | None = None
    therapist: UUID | None = None
    known: User | None = field(default=None)

    @property
    def roles(self) -> list[str]:
        """Return the roles this row asks for."""
        return [self.values.get("role", THERAPIST)] if self.values.get("is_staff") else [PATIENT]

    def report(self) -> RowReport:
        """Return what is said about this row."""
        outcome = Outcome.WRONG if self.problems else Outcome.KNOWN if self.known else Outcome.NEW
        return RowReport(self.line, str(self.values.get("name", ""))[:120], self.email[:120], outcome, tuple(self.problems))


def import_people(actor: Actor, kind: str, data: bytes | str, *, dry_run: bool = False) -> ImportReport:
    """Bring in the people of a CSV file, each with an invitation by mail, within the open unit of work.

    With any problem nobody is made and the report says what to correct. People who are here already are left as they are, so the same file can
    come twice. `dry_run` only reports, and works in a unit for reading.
    """
    authorize(actor, policy.can_manage_people)
    if kind not in KINDS:
        raise Invalid(_("Import staff or patients."))
    sheet = read_sheet(kind, data)
    if sheet.problems:
        return ImportReport(kind, problems=tuple(sheet.problems), notes=tuple(sheet.notes))
    rows = [_read(kind, line, cells, sheet.crooked.get(line)) for line, cells in sheet.rows]
    _note_doubles(rows)
    _meet_known(kind, rows)
    report = ImportReport(kind, tuple(row.report() for row in rows), notes=tuple(sheet.notes))
    if dry_run or not report.ok:
        return report
    for row in rows:
        if row.known is None:
            _write(actor, kind, row)
    record(actor, "people.imported", "user", kind)
    return ImportReport(kind, report.rows, notes=report.notes, written=True)


def _read(kind: str, line: int, cells: Mapping[str, str], crooked: str | None) -> Row:
    if crooked:
        return Row(line, {"name": cells.get("name", "")}, [crooked], cells.get("email", ""))
    values, problems = read_cells(kind, cells)
    row = Row(line, values | {"is_staff": kind != PATIENTS}, problems, values.get("email", ""))
    if row.email:
        _try(row, lambda: setattr(row, "email", tidy_address(row.email)))
    if len(values.get("name", "")) > 120:
        problems.append(_("name: use up to 120 letters"))
    if kind == PATIENTS:
        _try(row, lambda: records.checked_profile(_profile(values)))
    else:
        _try(row, lambda: checked_practice(_only(values, _PRACTICE)))
        _read_licence(row)
    return row


def _read_licence(row: Row) -> None:
    told = {name: row.values[f"licence_{name}"] for name in _LICENCE if f"licence_{name}" in row.values}
    if not told:
        return
    missing = [f"licence_{name}" for name in _NEEDED if name not in told]
    if missing:
        # A cell that could not be read was named already.
        if not any(problem.startswith("licence_") for problem in row.problems):
            row.problems.append(_("%(column)s: a licence needs this too", column=missing[0]))
        return
    title = told.get("title") or row.values.get("title") or _("Therapist")
    register = told.get("register") or told["country"]
    row.claim = Claim(told["number"], title, register, told["country"], told.get("region", ""), told["expires"])
    claim = row.claim
    _try(row, lambda: credentials.checked_claim(claim))


def _try(row: Row, check: Any) -> None:
    try:
        check()
    except Invalid as error:
        fields = error.fields or {"": error.message}
        row.problems += [f"{name}: {sentence}" if name else sentence for name, sentence in fields.items()]


def _note_doubles(rows: list[Row]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        key = row.email.casefold()
        if key and key in first:
            row.problems.append(_("email: line %(line)s has the same address", line=first[key]))
        first.setdefault(key, row.line)


def _meet_known(kind: str, rows: list[Row]) -> None:
    here = _users_at([row.email for row in rows] + [row.values.get("therapist_email", "") for row in rows])
    for row in rows:
        row.known = here.get(row.email.casefold())
        if row.known is not None:
            _compare(row, row.known)
        wanted = row.values.get("therapist_email", "")
        if wanted:
            _meet_therapist(row, here.get(wanted.casefold()))


def _compare(row: Row, known: User) -> None:
    if (PATIENT in known.roles) != (PATIENT in row.roles):
        row.problems.append(_("email: this address belongs to a patient here") if PATIENT in known.roles else _("email: this address belongs to staff here"))
    elif not set(row.roles) <= set(known.roles):
        row.problems.append(_("role: this person is here with another role"))


def _meet_therapist(row: Row, found: User | None) -> None:
    if found is None or THERAPIST not in found.roles or found.state == UserState.DISABLED:
        row.problems.append(_("therapist_email: no therapist here has this address"))
    else:
        row.therapist = found.uid


def _users_at(addresses: list[str]) -> dict[str, User]:
    by_index = {index_of(address): address.casefold() for address in addresses if address}
    keys, found = list(by_index), {}
    for start in range(0, len(keys), _CHUNK):
        for user in session().scalars(select(User).where(User.email_index.in_(keys[start : start + _CHUNK]))):
            found[by_index[user.email_index]] = user
    return found


def _write(actor: Actor, kind: str, row: Row) -> None:
    made = invite(actor, email=row.email, name=row.values["name"], roles=row.roles, timezone=row.values.get("timezone", ""))
    if kind == PATIENTS:
        profile = _profile(row.values)
        if profile:
            records.change_profile(SYSTEM, made.uid, **profile)
        if row.therapist is not None:
            records.open_care(actor, made.uid, row.therapist)
        return
    practice = _only(row.values, _PRACTICE)
    if THERAPIST in row.roles and practice:
        change_practice(SYSTEM, made.uid, **practice)
    if THERAPIST in row.roles and row.claim is not None:
        credentials.hand_in(SYSTEM, made.uid, row.claim, None)


def _profile(values: Mapping[str, Any]) -> dict[str, Any]:
    found = _only(values, _PROFILE)
    place = _only(values, ("country", "region", "city"))
    return found | ({"place": place} if place else {})


def _only(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
