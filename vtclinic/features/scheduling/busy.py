"""What takes people's time besides their hours, gathered from everything that knows some of it.

A source is a part of one query over all of them, for many people at once. It is asked for therapists and for the patient who looks, so
whatever holds a patient's time holds it with every therapist. Times reach to whole grains, as claims do: what is offered can be booked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, bindparam, case, func, select, type_coerce, union_all

from vtclinic.core.uow import session
from vtclinic.features.scheduling.grid import Stretches, one, read_lines
from vtclinic.features.scheduling.groups.taken import group_sessions
from vtclinic.features.scheduling.joint.taken import joint_sessions
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.models import GRAIN, HOLDING, Appointment, ServiceType, ceiling, floor
from vtclinic.features.scheduling.outside.busy import outside
from vtclinic.features.scheduling.taking import HOLDERS, LONGEST, SINCE, UNTIL, Part, part
from vtclinic.features.scheduling.times import Busy
from vtclinic.features.scheduling.waiting.kept import kept_times

Found = dict[UUID, list[Busy]]
Source = Callable[[], Iterable[Part]]


# The state behind an expression, so that SQLite does not search by it: the indexes by person are the narrow ones. A list would be looked up for each row.
_HOLDS = case(dict.fromkeys(HOLDING, 1), value=Appointment.state, else_=0) == 1
_WHEN = (Appointment.starts_at > SINCE) & (Appointment.starts_at < UNTIL) & _HOLDS


def given() -> Iterator[Part]:
    """Say which sessions and requests therapists have, with their quiet time."""
    asked = part(Appointment.therapist_uid, Appointment.starts_at, Appointment.ends_at, before=ServiceType.before_minutes, after=ServiceType.after_minutes)
    yield select(*asked).join(ServiceType, ServiceType.uid == Appointment.service_uid).where(Appointment.therapist_uid.in_(HOLDERS), _WHEN)


def attended() -> Iterator[Part]:
    """Say which sessions and requests patients have: they are elsewhere then, and it is no session of a therapist's whose times they look at."""
    yield select(*part(Appointment.patient_uid, Appointment.starts_at, Appointment.ends_at, session=False)).where(Appointment.patient_uid.in_(HOLDERS), _WHEN)


SOURCES: tuple[Source, ...] = (given, attended, group_sessions, outside, kept_times, joint_sessions)


def busy_of(holder_uids: Collection[UUID], start: datetime, end: datetime) -> Found:
    """Return what is taken of each person's time in a stretch, with one query; everybody asked for is in it."""
    return _busy(SOURCES, holder_uids, start, end)


def _busy(sources: tuple[Source, ...], holder_uids: Collection[UUID], start: datetime, end: datetime) -> Found:
    found: Found = {uid: [] for uid in holder_uids}
    values = {"holders": list(found), "start": start, "since": start - LONGEST, "until": end}
    for holder, starts_at, ends_at, before, after, counts in session().execute(_asked(sources), values):
        found[holder].append(Busy(floor(starts_at), ceiling(ends_at), timedelta(minutes=before), timedelta(minutes=after), bool(counts)))
    return found


@cache
def _asked(sources: tuple[Source, ...]) -> CompoundSelect[*tuple[Any, ...]]:
    # Made once: to make it takes as long as to run it.
    return union_all(*(each for source in sources for each in source()))


def stretches_of(therapist_uids: Collection[UUID], patient_uid: UUID | None, start: datetime, end: datetime) -> dict[UUID, list[Stretches]]:
    """Return what `busy_of` returns for many therapists and a patient who looks, as arrays; the patient's time is in every list."""
    holders = {*therapist_uids, *([patient_uid] if patient_uid is not None else [])}
    others = tuple(source for source in SOURCES if source is not given)
    found = {uid: [_stretch(entry) for entry in entries] for uid, entries in _busy(others, holders, start, end).items()}
    for uid, entry in _sessions_of(holders, start, end):
        found[uid].append(entry)
    own = [replace(entry, session=False) for entry in found[patient_uid]] if patient_uid is not None else []
    return {uid: found[uid] + own for uid in therapist_uids}


def _stretch(entry: Busy) -> Stretches:
    return Stretches(one(entry.start), one(entry.end), int(entry.before.total_seconds()), int(entry.after.total_seconds()), entry.session)


def _sessions_of(therapist_uids: Collection[UUID], start: datetime, end: datetime) -> Iterator[tuple[UUID, Stretches]]:
    quiet: dict[tuple[int, int], list[UUID]] = {}
    for kind in catalogue.every():
        quiet.setdefault((kind.before_minutes, kind.after_minutes), []).append(kind.uid)
    values = {"therapists": list(therapist_uids), "since": start - LONGEST, "until": end}
    rows = session().execute(_in_one_line(tuple(map(tuple, quiet.values())), session().get_bind().dialect.name), values).all()
    whole = int(GRAIN.total_seconds())
    for number, (before, after) in enumerate(quiet):
        begins, ends = (read_lines([row[column] or "" for row in rows]) for column in (2 * number + 1, 2 * number + 2))
        for row, begin, finish in zip(rows, begins, ends, strict=True):
            if len(begin):
                yield row[0], Stretches(begin // whole * whole, -(-finish // whole) * whole, before * 60, after * 60)


@lru_cache(maxsize=64)
def _in_one_line(kinds: tuple[tuple[UUID, ...], ...], dialect: str) -> Select[Any, *tuple[Any, ...]]:
    """Return a row per therapist: their sessions' starts and ends as text, two columns for the kinds that ask for the same quiet time.

    To fetch each session would cost more than all the arithmetic after it.
    """
    lines: list[ColumnElement[str]] = []
    for uids in kinds:
        for column in (Appointment.starts_at, Appointment.ends_at):
            written = type_coerce(column, String) if dialect == "sqlite" else func.to_char(column, "YYYY-MM-DD HH24:MI:SS.US")
            line = func.aggregate_strings(written, ",")
            lines.append(line.filter(Appointment.service_uid.in_(uids)) if len(kinds) > 1 else line)
    when = (Appointment.starts_at > bindparam("since")) & (Appointment.starts_at < bindparam("until"))
    # Written out, which is quicker than two hundred names of parameters; they are identifiers of our own.
    whose = Appointment.therapist_uid.in_(bindparam("therapists", expanding=True, literal_execute=True))
    return select(Appointment.therapist_uid, *lines).where(whose, when, _HOLDS).group_by(Appointment.therapist_uid)
