"""Who opened a patient's record, told to the patient in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from vtclinic.core.audit import AuditEntry, record
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy, local
from vtclinic.core.policy import CLINIC_ADMIN, MODERATOR, PATIENT, THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.records import policy
from vtclinic.features.records.service import patient
from vtclinic.identity.models import User

PAGE = 50
_words: dict[str, Any] = {
    "profile.read": lazy("read what you told us about yourself"),
    "profile.write": lazy("changed what you told us about yourself"),
    "care.opened": lazy("put you in a therapist's care"),
    "care.ended": lazy("ended a therapist's care for you"),
    "opened.read": lazy("looked at this list"),
}


@dataclass(frozen=True)
class Opening:
    """One act on the record: when, who, what; `times` counts the same act done again before it, on the same day."""

    at: datetime
    who: str
    what: str
    own: bool
    times: int = 1


@dataclass(frozen=True)
class Openings:
    """One page of acts, newest first."""

    rows: list[Opening]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // PAGE))

    def days(self) -> list[tuple[date, list[Opening]]]:
        """Return the acts by day of the reader's clock; the same act again and again is one line."""
        return [(day, _folded(rows)) for day, rows in groupby(self.rows, key=lambda row: local(row.at).date())]


def describe_actions(words: Mapping[str, Any]) -> None:
    """Say in plain words what an audited act on a patient's record was: each completes "Amara Okafor …" (lazy texts)."""
    _words.update(words)


def who_opened(actor: Actor, uid: UUID, *, own_too: bool = False, page: int = 1) -> Openings:
    """Return who did what with a patient's record; the patient's own acts only on wish."""
    authorize(actor, policy.can_see_who_opened, patient(uid))
    chosen: ColumnElement[bool] = AuditEntry.patient_uid == uid
    if not own_too:
        chosen = chosen & (AuditEntry.actor_uid.is_distinct_from(uid))
    found = _rows(chosen, page)
    if not found and page > 1:
        page, found = 1, _rows(chosen, 1)
    rows, total = [row for row, _total in found], found[0][1] if found else 0
    acted = {row.actor_uid for row in rows if row.actor_uid is not None and row.actor_uid != uid}
    names = {row.uid: row.name for row in session().scalars(select(User).where(User.uid.in_(acted)))} if acted else {}
    record(actor, "opened.read", "patient", uid, patient_uid=uid)
    return Openings([_opening(row, uid, names) for row in rows], total, max(1, page))


def _rows(chosen: ColumnElement[bool], page: int) -> list[tuple[AuditEntry, int]]:
    # The window counts all rows in the query that returns some.
    asked = select(AuditEntry, func.count().over()).where(chosen).order_by(AuditEntry.seq.desc())
    return [(row, total) for row, total in session().execute(asked.limit(PAGE).offset((max(1, page) - 1) * PAGE))]


def _folded(rows: Iterable[Opening]) -> list[Opening]:
    runs = (list(run) for _same, run in groupby(rows, key=lambda row: (row.who, row.what)))
    return [replace(run[0], times=len(run)) for run in runs]


def _opening(row: AuditEntry, uid: UUID, names: dict[UUID, str]) -> Opening:
    what = _words.get(row.action)
    return Opening(row.at, _who(row, uid, names), str(what) if what is not None else _general(row.action), row.actor_uid == uid)


def _who(row: AuditEntry, uid: UUID, names: dict[UUID, str]) -> str:
    if row.actor_uid == uid:
        return _("You")
    clinic = current_clinic().name
    if row.actor_uid is None:
        return _("%(clinic)s (by itself)", clinic=clinic)
    name = names.get(row.actor_uid) or _("Somebody who has left")
    roles = {
        THERAPIST: _("%(name)s, therapist", name=name),
        CLINIC_ADMIN: _("%(name)s, office of %(clinic)s", name=name, clinic=clinic),
        MODERATOR: _("%(name)s, moderator", name=name),
        PATIENT: name,
    }
    return roles.get(row.actor_role, name)


def _general(action: str) -> str:
    if action.endswith((".read", ".list", ".searched")):
        return _("opened a part of your record")
    return _("added to or changed your record")
