"""Therapists as other features and patients see them, and the licences that allow booking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, inspect, select
from sqlalchemy.orm import joinedload, lazyload
from sqlalchemy.orm.util import identity_key

from vtclinic.core.errors import NotFound
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.staff import policy
from vtclinic.features.staff.models import Credential, CredentialState, Interval, Therapist, TherapistLeave
from vtclinic.identity.models import User, UserState


@dataclass(frozen=True)
class Face:
    """A therapist as one line on somebody's page."""

    uid: UUID
    name: str
    first_name: str
    has_photo: bool
    timezone: str = "UTC"
    weekly_hours: dict[int, list[Interval]] = field(default_factory=dict)


Licensed = dict[UUID, tuple[Therapist, list[Credential]]]


def faces(uids: Iterable[UUID]) -> dict[UUID, Face]:
    """Return many therapists' names, portraits and hours with one query, or none when they were read; a missing profile is no hindrance."""
    wanted = frozenset(uids)
    known = {uid: _face(row.user, row) for uid in wanted if (row := _read_already(uid)) is not None}
    return known if known.keys() == wanted else dict(_faces_of(wanted))


@once
def _faces_of(wanted: frozenset[UUID]) -> dict[UUID, Face]:
    return {user.uid: _face(user, profile) for user, profile in session().execute(_faces(), {"wanted": list(wanted)})}


@cache
def _faces() -> Select[User, Therapist]:
    # Made once: nearly every page shows somebody.
    chosen = select(User, Therapist).outerjoin(Therapist, Therapist.uid == User.uid).where(User.uid.in_(bindparam("wanted", expanding=True)))
    return chosen.options(lazyload(Therapist.user), lazyload(Therapist.leave))


def _face(user: User, profile: Therapist | None) -> Face:
    if profile is None:
        return Face(user.uid, user.name, user.preferred_name, has_photo=False)
    return Face(user.uid, user.name, user.preferred_name, profile.has_photo, profile.timezone, profile.weekly_hours)


@once
def therapist(uid: UUID) -> Therapist:
    """Return one therapist's profile; raise NotFound before they filled anything in."""
    found = session().get(Therapist, uid, options=[joinedload(Therapist.leave)])
    if found is None:
        raise NotFound()
    return found


def therapists(uids: Iterable[UUID]) -> dict[UUID, Therapist]:
    """Return many profiles with names and leave in one query, or in none when this unit of work has read them whole."""
    wanted = set(uids)
    known = {uid: row for uid in wanted if (row := _read_already(uid)) is not None}
    if known.keys() == wanted:
        return known
    return {row.uid: row for row in session().scalars(_profiles(), {"wanted": list(wanted)}).unique()}


def _read_already(uid: UUID) -> Therapist | None:
    row = session().identity_map.get(identity_key(Therapist, uid))
    return row if isinstance(row, Therapist) and inspect(row).unloaded.isdisjoint({"user", "leave"}) else None


@cache
def _profiles() -> Select[Therapist]:
    return select(Therapist).where(Therapist.uid.in_(bindparam("wanted", expanding=True))).options(joinedload(Therapist.leave))


def active_therapists() -> list[Therapist]:
    """Return everybody who works here now and has a profile, by name, in two queries."""
    chosen = select(Therapist).join(User, User.uid == Therapist.uid).where(User.state == UserState.ACTIVE)
    rows = [row for row in session().scalars(chosen) if THERAPIST in row.user.roles]
    return sorted(rows, key=lambda row: row.name.casefold())


@once
def practising() -> list[tuple[Therapist, list[Credential]]]:
    """Return everybody who works here now, each with all licences, in one query."""
    grouped = _grouped(session().execute(_with_licences().where(User.state == UserState.ACTIVE)).unique())
    return [(profile, licences) for profile, licences in grouped if THERAPIST in profile.user.roles]


def licensed(country: str, region: str, on: date) -> list[tuple[Therapist, date]]:
    """Return everybody who works here now and may see somebody at a place on a day, by name, each with the last day they may; one query."""
    found = []
    for profile, licences in practising():
        last = until(licences, country, region, on)
        if last is not None:
            found.append((profile, last))
    return sorted(found, key=lambda each: each[0].name.casefold())


def with_licences(uids: Iterable[UUID]) -> Licensed:
    """Return many profiles, each with all licences, in one query."""
    return {profile.uid: (profile, licences) for profile, licences in _some(frozenset(uids))}


def first_licensed(uids: Iterable[UUID], country: str, region: str, on: date, *, beside: Iterable[UUID] = ()) -> tuple[Therapist, date] | None:
    """Return the first of these therapists who works here and may see somebody there on that day, and the last day they may.

    One query; who stands `beside` them on the page is read with it.
    """
    wanted = list(uids)
    read = with_licences([*wanted, *beside])
    for profile, licences in (read[uid] for uid in wanted if uid in read):
        last = until(licences, country, region, on)
        if last is not None and is_working(profile.user):
            return profile, last
    return None


@once
def _some(uids: frozenset[UUID]) -> list[tuple[Therapist, list[Credential]]]:
    return _grouped(session().execute(_with_licences().where(Therapist.uid.in_(uids))).unique())


def _grouped(rows: Iterable[Row[Therapist, Credential]]) -> list[tuple[Therapist, list[Credential]]]:
    found: dict[UUID, tuple[Therapist, list[Credential]]] = {}
    for profile, credential in rows:
        kept = found.setdefault(profile.uid, (profile, []))
        if credential is not None:
            kept[1].append(credential)
    return list(found.values())


def until(licences: Iterable[Credential], country: str, region: str, on: date) -> date | None:
    """Return the last day on which somebody with these licences may work at a place, looked at on a day; None when they may not."""
    return max((row.expires_on for row in licences if row.covers(country, region, on)), default=None)


def is_working(found: User) -> bool:
    """Tell whether this account is a therapist's who works here now."""
    return found.state == UserState.ACTIVE and THERAPIST in found.roles


@cache
def _with_licences() -> Select[Therapist, Credential]:
    chosen = select(Therapist, Credential).join(User, User.uid == Therapist.uid).outerjoin(Credential, Credential.therapist_uid == Therapist.uid)
    return chosen.options(joinedload(Therapist.leave), lazyload(Credential.user))


def read_about(actor: Actor, uid: UUID) -> Therapist:
    """Return the profile that patients may read; raise NotFound when the therapist does not work here."""
    found = therapist(uid)
    authorize(actor, policy.can_read_about, found)
    return found


def credentials_of(uids: Iterable[UUID]) -> dict[UUID, list[Credential]]:
    """Return the licences of many therapists, the longest valid first, with one query."""
    wanted = set(uids)
    found: dict[UUID, list[Credential]] = {uid: [] for uid in wanted}
    if wanted:
        rows = session().scalars(select(Credential).where(Credential.therapist_uid.in_(wanted)).order_by(Credential.expires_on.desc(), Credential.uid))
        for row in rows:
            found[row.therapist_uid].append(row)
    return found


def licence_for(therapist_uid: UUID, country: str, region: str, on: date) -> Credential | None:
    """Return the verified licence that covers a place on a day, the longest valid first, or None."""
    chosen = select(Credential).where(
        Credential.therapist_uid == therapist_uid, Credential.state == CredentialState.VERIFIED, Credential.country == country, Credential.expires_on >= on
    )
    rows = session().scalars(chosen.order_by(Credential.expires_on.desc(), Credential.uid))
    return next((row for row in rows if row.covers(country, region, on)), None)


def can_be_booked(therapist_uid: UUID, country: str, on: date, *, region: str = "") -> bool:
    """Tell whether a patient at this place may book this therapist for this day."""
    found = session().get(User, therapist_uid)
    return found is not None and is_working(found) and licence_for(therapist_uid, country, region, on) is not None


def ending_licences(first: date, last: date) -> list[Credential]:
    """Return the verified licences that end between two days, unless the same therapist has a longer one there, with one query."""
    rows = session().scalars(select(Credential).where(Credential.state == CredentialState.VERIFIED, Credential.expires_on >= first).order_by(Credential.expires_on))
    listed = list(rows)
    longest = {(row.therapist_uid, row.country, row.region): row.expires_on for row in listed}
    return [row for row in listed if row.expires_on <= last and row.expires_on == longest[row.therapist_uid, row.country, row.region]]


def away_on(found: Therapist, day: date) -> TherapistLeave | None:
    """Return the leave that a day of a therapist lies in, with its cover and its words, or None."""
    return next((entry for entry in found.leave if entry.first <= day <= entry.last), None)
