"""A clinic admin's overview: what needs somebody, who covers today, and the numbers. No patient is named here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import PATIENT, THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.core.zones import wall_instant
from vtclinic.features.crisis import api as crisis
from vtclinic.features.home import guides, policy
from vtclinic.features.matching import api as matching
from vtclinic.features.scheduling import api as scheduling
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity
from vtclinic.tenants.helpnow import help_now_context, stale_lines

MOST = 5


@dataclass(frozen=True)
class Need:
    """One kind of thing that waits for an administrator, and how many of it."""

    kind: str
    count: int


@dataclass(frozen=True)
class Cover:
    """One therapist's day: from when to when on the reader's clock, and how many sessions."""

    name: str
    spans: list[tuple[datetime, datetime]]
    sessions: int


@dataclass(frozen=True)
class Overview:
    """All that the page shows."""

    on: date
    needs: list[Need]
    cover: list[Cover]
    away: list[str]
    patients: int
    therapists: int
    sessions_today: int
    sessions_week: int
    guide: guides.Guide | None = None


def overview(actor: Actor) -> Overview:
    """Gather the overview, in at most eight queries however large the clinic is."""
    authorize(actor, policy.has_overview)
    on = clock.now().astimezone(current_timezone()).date()
    people = identity.count_people(actor)
    patients, new = people.of(PATIENT, "active"), people.of(PATIENT) == 0
    unowned, licences, asked = _waiting(actor)
    booked, upset = scheduling.booked_and_upset(*_span(on - timedelta(days=on.weekday()), 7))
    needs = [
        Need("risk", 0 if new else unowned),
        Need("credentials", licences),
        Need("asked", 0 if new else asked),
        Need("upset", upset),
        Need("lines", _stale_lines(on)),
        Need("unconfirmed", people.of(None, "unconfirmed") + people.of(None, "invited")),
    ]
    working = staff.active_therapists()
    cover = [_cover(each, on, booked) for each in working]
    return Overview(
        on=on,
        needs=[need for need in needs if need.count][:MOST],
        cover=sorted((each for each in cover if each.spans or each.sessions), key=lambda each: (each.spans[:1], each.name)),
        away=[each.name for each in working if _is_away(each, on)],
        patients=patients,
        therapists=people.of(THERAPIST, "active"),
        sessions_today=sum(count for (_uid, day), count in booked.items() if day == on),
        sessions_week=sum(booked.values()),
        guide=_guide(actor, team=people.staff() > 1, licences=bool(working) and not licences) if new else None,
    )


def _waiting(actor: Actor) -> tuple[int, int, int]:
    """Count with one query what three features have for an administrator: tasks without an owner, licences, people who asked."""
    unowned, licences, asked = session().execute(select(crisis.unowned_count(), staff.licence_count(), matching.waiting_count())).one()
    return unowned, licences, asked


def _stale_lines(on: date) -> int:
    clinic = current_clinic()
    return sum(code in ("", clinic.country) for code, _line in stale_lines(on, help_now_context(clinic).own_lines))


def _guide(actor: Actor, *, team: bool, licences: bool) -> guides.Guide | None:
    return None if guides.is_closed(actor) else guides.admin_steps(team=team, licences=licences)


def _cover(therapist: staff.Therapist, on: date, booked: scheduling.Booked) -> Cover:
    sessions = booked.get((therapist.uid, on), 0)
    if _is_away(therapist, on):
        return Cover(therapist.name, [], sessions)
    spans = [
        (wall_instant(on, start, therapist.timezone), wall_instant(on + timedelta(days=end <= start), end, therapist.timezone))
        for start, end in therapist.weekly_hours.get(on.weekday(), [])
    ]
    return Cover(therapist.name, spans, sessions)


def _is_away(therapist: staff.Therapist, on: date) -> bool:
    return any(leave.first <= on <= leave.last for leave in therapist.leave)


def _span(first: date, days: int) -> tuple[datetime, datetime]:
    place = current_timezone().key
    return wall_instant(first, time(0), place), wall_instant(first + timedelta(days=days), time(0), place)
