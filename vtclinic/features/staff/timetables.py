"""Therapists' hours and leave alone, for whoever computes open times of many."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, select
from sqlalchemy.orm import InstrumentedAttribute

from vtclinic.core.uow import session
from vtclinic.features.staff.models import Interval, Therapist, TherapistLeave, read_hours


@dataclass(frozen=True)
class DaysOff:
    """Days on which somebody does not work, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Timetable:
    """One therapist's working hours as they are stored (`weekly_hours` reads them), as wall times in their zone, and their leave."""

    uid: UUID
    timezone: str
    stored: str
    leave: list[DaysOff] = field(default_factory=list)


def timetables(uids: Iterable[UUID]) -> list[Timetable]:
    """Return many therapists' timetables with two queries, in no order."""
    wanted = {"wanted": list(uids)}
    away: dict[UUID, list[DaysOff]] = {}
    for uid, first, last in session().execute(_away(), wanted):
        away.setdefault(uid, []).append(DaysOff(first, last))
    return [Timetable(uid, zone, hours, away.get(uid, [])) for uid, zone, hours in session().execute(_hours(), wanted)]


def weekly_hours(stored: str) -> dict[int, list[Interval]]:
    """Return what a timetable stores as wall times by weekday (Monday is 0)."""
    return read_hours(json.loads(stored))


@cache
def _hours() -> Select[UUID, str, str]:
    return select(Therapist.uid, Therapist.timezone, cast(Therapist.hours, String)).where(_wanted(Therapist.uid))


@cache
def _away() -> Select[UUID, date, date]:
    return select(TherapistLeave.therapist_uid, TherapistLeave.first, TherapistLeave.last).where(_wanted(TherapistLeave.therapist_uid))


def _wanted(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    # Written out, which is quicker than two hundred names of parameters; they are identifiers of our own.
    return column.in_(bindparam("wanted", expanding=True, literal_execute=True))
