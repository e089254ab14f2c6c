"""Add, change, read and remove the calendars that a therapist keeps elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from vtclinic.core import clock, jobs
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session, unit_of_work
from vtclinic.core.urls import LONGEST_URL
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.outside import fetching
from vtclinic.features.scheduling.outside.models import FIRST_PAUSE, Kind, OutsideBusy, OutsideCalendar
from vtclinic.features.scheduling.outside.problems import NotRead
from vtclinic.identity.service import users

PAST = timedelta(days=1)
AHEAD = timedelta(days=200)
MOST_CALENDARS = 5
MOST_LABEL = 60
# For the process that reads files: of CPU, and altogether.
CPU_SECONDS = 20
SECONDS = 60
_ROOT = Path(__file__).resolve().parents[4]
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class NewCalendar:
    """What a therapist tells about a calendar."""

    kind: str
    label: str
    address: str
    user_name: str = ""
    password: str = ""
    tentative: bool = True


def calendars_of(actor: Actor) -> list[OutsideCalendar]:
    """Return the actor's own calendars elsewhere, oldest first."""
    authorize(actor, policy.can_have_calendar)
    wanted = select(OutsideCalendar).where(OutsideCalendar.therapist_uid == actor.uid)
    return list(session().scalars(wanted.order_by(OutsideCalendar.made_at, OutsideCalendar.uid)))


def calendar_of(actor: Actor, uid: UUID) -> OutsideCalendar:
    """Return one of the actor's own; raise NotFound."""
    found = session().get(OutsideCalendar, uid)
    if found is None:
        raise NotFound()
    authorize(actor, policy.is_own_outside, found)
    return found


def add_calendar(actor: Actor, wanted: NewCalendar) -> OutsideCalendar:
    """Add a calendar; it is read at once, by the worker."""
    authorize(actor, policy.can_have_calendar)
    _check(wanted)
    if (session().scalar(select(func.count()).where(OutsideCalendar.therapist_uid == actor.uid)) or 0) >= MOST_CALENDARS:
        raise Conflict(_("You have %(count)s calendars here already.", count=MOST_CALENDARS), hint=_("Remove one that you do not need. Then add this one."))
    caldav = wanted.kind == Kind.CALDAV
    row = OutsideCalendar(
        uid=new_id(),
        therapist_uid=actor.uid,
        kind=wanted.kind,
        label=wanted.label.strip(),
        address=fetching.plain(wanted.address),
        user_name=wanted.user_name.strip() if caldav else None,
        password=wanted.password if caldav else None,
        tentative=wanted.tentative,
        made_at=clock.now(),
        due_at=clock.now(),
    )
    session().add(row)
    record(actor, "outside_calendar.added", "outside_calendar", row.uid)
    _read_soon(row)
    return row


def read_again(actor: Actor, uid: UUID) -> None:
    """Let the worker read a calendar now."""
    _read_soon(calendar_of(actor, uid))


def change_password(actor: Actor, uid: UUID, password: str) -> None:
    """Take a new app password and read again."""
    row = calendar_of(actor, uid)
    if row.kind != Kind.CALDAV or not password:
        raise Invalid(_("Enter the app password."), fields={"password": _("Enter the app password.")})
    row.password = password
    record(actor, "outside_calendar.changed", "outside_calendar", uid)
    _read_soon(row)


def remove_calendar(actor: Actor, uid: UUID) -> None:
    """Forget a calendar and every busy time that came from it."""
    row = calendar_of(actor, uid)
    session().execute(delete(OutsideBusy).where(OutsideBusy.calendar_uid == uid))
    session().delete(row)
    record(actor, "outside_calendar.removed", "outside_calendar", uid)


def any_due() -> bool:
    """Tell whether a calendar's time has come."""
    return session().scalar(select(OutsideCalendar.uid).where(OutsideCalendar.due_at <= clock.now()).limit(1)) is not None


def count_busy(row: OutsideCalendar) -> int:
    """Count the busy times to come."""
    return session().scalar(select(func.count()).where(OutsideBusy.calendar_uid == row.uid, OutsideBusy.ends_at > clock.now())) or 0


def due(limit: int) -> list[UUID]:
    """Take the calendars whose time has come; each is taken once."""
    now = clock.now()
    rows = session().scalars(select(OutsideCalendar).where(OutsideCalendar.due_at <= now).order_by(OutsideCalendar.due_at).limit(limit)).all()
    for row in rows:
        row.due_at = now + FIRST_PAUSE
    return [row.uid for row in rows]


def read_calendar(uid: UUID) -> None:
    """Read one calendar and keep when it is busy. Opens its own units of work: no transaction waits for another server."""
    now = clock.now()
    start, end = now - PAST, now + AHEAD
    with unit_of_work(write=False):
        row = session().get(OutsideCalendar, uid)
        owner = users([row.therapist_uid]).get(row.therapist_uid) if row else None
        if row is None or owner is None:
            return
        source, zone, tentative = fetching.Source(row.kind, row.address, row.user_name or "", row.password or ""), owner.timezone, row.tentative
    problem, skipped = "", 0
    found: list[tuple[datetime, datetime, str]] = []
    try:
        found, skipped = understand(fetching.fetch(source, start, end), start=start, end=end, zone=zone, tentative=tentative)
    except NotRead as error:
        problem = error.problem
    with unit_of_work():
        kept = session().get(OutsideCalendar, uid, with_for_update=True)
        if kept is None:
            return  # removed meanwhile
        if problem:
            kept.fail(clock.now(), problem)
        else:
            _keep(kept, found, start, end)
            kept.succeed(clock.now(), skipped=skipped)


def understand(files: list[str], *, start: datetime, end: datetime, zone: str, tentative: bool) -> tuple[list[tuple[datetime, datetime, str]], int]:
    """Return busy times and how many entries were left out; raises NotRead. The files are read by a process of its own, with limits."""
    asked = {"files": files, "zone": zone, "start": start.timestamp(), "end": end.timestamp(), "tentative": tentative, "cpu": CPU_SECONDS}
    command = [sys.executable, "-m", "vtclinic.features.scheduling.outside.reading"]
    try:
        done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS, check=False, env=_environment())
    except subprocess.TimeoutExpired:
        raise NotRead("content") from None
    if done.returncode != 0:
        raise NotRead("content")
    answer = json.loads(done.stdout)
    return [(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(last, UTC), name) for begin, last, name in answer["busy"]], answer["skipped"]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the same time as stretches that do not touch, earliest first."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _keep(row: OutsideCalendar, found: list[tuple[datetime, datetime, str]], start: datetime, end: datetime) -> None:
    own = _own({name for _start, _end, name in found})
    busy = merged((max(begin, start), min(last, end)) for begin, last, name in found if name not in own)
    # From tomorrow's look the stretch begins a day later: what is past does not count as a change.
    content = hashlib.sha256(repr([stretch for stretch in busy if stretch[1] > start + PAST]).encode()).digest()
    if content == row.content:
        return
    session().execute(delete(OutsideBusy).where(OutsideBusy.calendar_uid == row.uid))
    if busy:
        values = [{"calendar_uid": row.uid, "therapist_uid": row.therapist_uid, "starts_at": begin, "ends_at": last} for begin, last in busy]
        session().execute(insert(OutsideBusy), values)
    row.content = content


def _own(names: set[str]) -> set[str]:
    """Return the ids that are appointments of ours: a calendar that shows our feed would otherwise block each session with itself."""
    uids = {uid: name for name in names if (uid := _uuid(name))}
    return {uids[uid] for uid in session().scalars(select(Appointment.uid).where(Appointment.uid.in_(list(uids))))} if uids else set()


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _read_soon(row: OutsideCalendar) -> None:
    row.due_at = clock.now() + FIRST_PAUSE
    jobs.enqueue("scheduling.read_outside", clinic=current_clinic().slug, calendar=row.uid)


def _check(wanted: NewCalendar) -> None:
    problems = {}
    if not wanted.label.strip() or len(wanted.label.strip()) > MOST_LABEL:
        problems["label"] = _("Write a word or two, such as “private”.")
    if len(wanted.address) > LONGEST_URL or not fetching.plain(wanted.address).startswith(("https://", "http://")):
        problems["address"] = _("Enter an address that begins with https.")
    if wanted.kind == Kind.CALDAV and not wanted.user_name.strip():
        problems["user_name"] = _("Enter the user name of the account.")
    if wanted.kind == Kind.CALDAV and not wanted.password:
        problems["password"] = _("Enter the app password.")
    if wanted.kind not in set(Kind):
        problems["kind"] = _("Choose one of the answers shown.")
    if problems:
        raise Invalid(_("Something is missing."), fields=problems)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
