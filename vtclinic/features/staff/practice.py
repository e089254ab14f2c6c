"""A therapist's own profile: what it says, when they work, when they are away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.core.zones import zone_names
from vtclinic.features.records import api as records
from vtclinic.features.staff import files, policy
from vtclinic.features.staff.models import Credential, CredentialState, Interval, Therapist, TherapistLeave
from vtclinic.features.staff.news import LeaveChanged
from vtclinic.features.staff.service import active_therapists
from vtclinic.features.staff.vocabulary import AGE_BANDS, FORMATS, GENDERS, MODALITIES, RISK_LEVELS, SPECIALITIES, STYLES
from vtclinic.identity import service as identity

PHOTOS = "photos"
LONGEST_TITLE, LONGEST_BIO, LONGEST_WORDS, MOST_CLIENTS, MOST_INTERVALS, LONGEST_CAREER = 80, 2000, 500, 200, 3, 70
_LISTS: dict[str, Mapping[str, Any]] = {
    "specialities": SPECIALITIES,
    "modalities": MODALITIES,
    "styles": STYLES,
    "formats": FORMATS,
    "age_bands": AGE_BANDS,
}


@dataclass(frozen=True)
class Missing:
    """One thing a profile needs before clients can book; `topic` names the page to fill it in."""

    topic: str
    words: str


def own_practice(actor: Actor) -> Therapist:
    """Return the actor's profile; before the first change an empty one that is not stored."""
    authorize(actor, policy.can_have_practice)
    assert actor.uid is not None
    return session().get(Therapist, actor.uid) or _blank(actor.uid)


def change_practice(actor: Actor, therapist_uid: UUID, **values: Any) -> Therapist:
    """Keep what a therapist tells about their work.

    Takes any of title, practising_since (a year), languages, specialities, modalities, styles, formats, age_bands, gender, risk, bio, timezone and
    capacity. Raises Invalid with a sentence for each field.
    """
    found = _stored(actor, therapist_uid)
    for name, value in checked_practice(values).items():
        setattr(found, name, value)
    _note(actor, found, " ".join(sorted(values)))
    return found


def change_hours(actor: Actor, therapist_uid: UUID, weekly: dict[int, list[Interval]]) -> Therapist:
    """Set the weekly hours; raise Invalid naming day-0 (Monday) … day-6."""
    found = _stored(actor, therapist_uid)
    wrong = {f"day-{day}": sentence for day, rows in weekly.items() if (sentence := _wrong_day(rows))}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    found.weekly_hours = {day: sorted(rows) for day, rows in weekly.items()}
    _note(actor, found, "hours")
    return found


def add_leave(actor: Actor, therapist_uid: UUID, first: date, last: date, *, cover_uid: UUID | None = None, words: str = "") -> TherapistLeave:
    """Note days away, both included, who covers them, and what clients read; what is booked already is the therapist's to see to."""
    found = _stored(actor, therapist_uid)
    if last < first:
        raise Invalid(_("The last day is before the first."), fields={"last": _("Choose the first day or a later one.")})
    if (last - first).days > 366:
        raise Invalid(_("That is more than a year. Check the last day."), fields={"last": _("That is more than a year. Check the last day.")})
    if last < clock.now().date():
        raise Invalid(_("These days are over."), fields={"last": _("Choose today or a later day.")})
    if len(words) > LONGEST_WORDS:
        raise Invalid(_("Write less."), fields={"words": _("Use up to 500 letters.")})
    if cover_uid is not None and cover_uid not in {uid for uid, _name in colleagues(therapist_uid)}:
        raise Invalid(_("Choose from the list."), fields={"cover": _("Choose from the list.")})
    made = TherapistLeave(therapist_uid=therapist_uid, first=first, last=last, cover_uid=cover_uid, words=words or None)
    found.leave.append(made)
    _note(actor, found, "leave")
    publish(LeaveChanged(therapist_uid))
    return made


def colleagues(therapist_uid: UUID) -> list[tuple[UUID, str]]:
    """Return who could cover for a therapist, by name."""
    return [(row.uid, row.name) for row in active_therapists() if row.uid != therapist_uid]


def remove_leave(actor: Actor, therapist_uid: UUID, leave_uid: UUID) -> None:
    """Take days away back."""
    found = _stored(actor, therapist_uid)
    row = next((entry for entry in found.leave if entry.uid == leave_uid), None)
    if row is None:
        raise NotFound()
    found.leave.remove(row)
    _note(actor, found, "leave")
    publish(LeaveChanged(therapist_uid))


def change_photo(actor: Actor, therapist_uid: UUID, drawn: bytes | None) -> None:
    """Show another portrait (as `uploads.redrawn` makes it), or none."""
    found = _stored(actor, therapist_uid)
    files.forget(PHOTOS, found.photo)
    found.photo = files.store(PHOTOS, drawn) if drawn is not None else None
    _note(actor, found, "photo")


def missing(found: Therapist, credentials: list[Credential]) -> list[Missing]:
    """Return what clients and matching still need from this therapist."""
    today = clock.now().date()
    checks = (
        (bool(found.title), "about", _("Your title")),
        (bool(found.bio), "about", _("A few words about you")),
        (bool(found.languages), "work", _("The languages you speak")),
        (bool(found.specialities), "work", _("What you work with")),
        (bool(found.formats), "work", _("How you meet clients")),
        (bool(found.age_bands), "work", _("The ages you work with")),
        (found.capacity > 0, "work", _("How many clients you have room for")),
        (bool(found.hours), "hours", _("Your working hours")),
        (any(one.standing(today) == CredentialState.VERIFIED for one in credentials), "credentials", _("A registration that the clinic has checked")),
    )
    return [Missing(topic, words) for there, topic, words in checks if not there]


def ensure_profile(uid: UUID, timezone: str) -> Therapist:
    """Return a therapist's stored profile, an empty one if there was none."""
    found = session().get(Therapist, uid)
    if found is None:
        found = _blank(uid)
        found.timezone = timezone
        session().add(found)
        session().flush()
    return found


def _stored(actor: Actor, uid: UUID) -> Therapist:
    owner = identity.user(uid)
    if THERAPIST not in owner.roles:
        raise NotFound()
    found = session().get(Therapist, uid) or _blank(uid)
    authorize(actor, policy.can_change_practice, found)
    return ensure_profile(uid, owner.timezone)


def _blank(uid: UUID) -> Therapist:
    owner = identity.user(uid)
    empty: dict[str, Any] = {name: [] for name in (*_LISTS, "languages", "leave")}
    return Therapist(uid=uid, title="", bio="", hours={}, risk=0, capacity=0, timezone=owner.timezone, changed_at=clock.now(), **empty)


def _note(actor: Actor, found: Therapist, what: str) -> None:
    found.changed_at = clock.now()
    session().flush()
    record(actor, "practice.write", "therapist", found.uid, reason=what or None)


def checked_practice(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as a profile keeps them; raise Invalid with a sentence for each field."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        tidy, sentence = _CHECKS[name](value) if name in _CHECKS else _check_list(name, value)
        found[name] = tidy
        if sentence:
            wrong[name] = sentence
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return found


def _check_list(name: str, codes: list[str]) -> tuple[list[str], str]:
    known = _LISTS[name]
    unknown = set(codes) - set(known)
    return [code for code in known if code in codes], _("Choose from the list.") if unknown else ""


def _check_title(text: str) -> tuple[str, str]:
    tidy = " ".join((text or "").split())
    return tidy, _("Use up to 80 letters.") if len(tidy) > LONGEST_TITLE else ""


def _check_bio(text: str) -> tuple[str, str]:
    tidy = (text or "").replace("\r\n", "\n").strip()
    return tidy, _("This is too long. Use up to 2,000 letters.") if len(tidy) > LONGEST_BIO else ""


def _check_since(year: int | None) -> tuple[int | None, str]:
    this = clock.now().year
    wrong = year is not None and not this - LONGEST_CAREER <= year <= this
    return year, _("Write the year you began, such as 2015.") if wrong else ""


def _check_languages(codes: list[str]) -> tuple[list[str], str]:
    unknown = [code for code in codes if not records.is_language(code)]
    return list(dict.fromkeys(codes)), _("Choose languages from the list.") if unknown else ""


def _check_gender(code: str | None) -> tuple[str | None, str]:
    return code or None, _("Choose from the list.") if code and code not in GENDERS else ""


def _check_risk(level: int) -> tuple[int, str]:
    return level, "" if level in RISK_LEVELS else _("Choose from the list.")


def _check_timezone(name: str) -> tuple[str, str]:
    return name, "" if name in zone_names() else _("Choose a place from the list.")


def _check_capacity(number: int | None) -> tuple[int, str]:
    wrong = number is None or not 0 <= number <= MOST_CLIENTS
    return number or 0, _("Write a number from 0 to 200.") if wrong else ""


_CHECKS: dict[str, Callable[[Any], tuple[Any, str]]] = {
    "title": _check_title,
    "bio": _check_bio,
    "practising_since": _check_since,
    "languages": _check_languages,
    "gender": _check_gender,
    "risk": _check_risk,
    "timezone": _check_timezone,
    "capacity": _check_capacity,
}


def _wrong_day(rows: list[Interval]) -> str:
    if len(rows) > MOST_INTERVALS:
        return _("Use up to 3 times a day.")
    if any(start == end for start, end in rows):
        return _("The end is the same as the start.")
    ordered = sorted(rows)
    if any(end <= start and end != time(0) for start, end in ordered):
        return _("The end is before the start. For midnight, write 00:00.")
    if any(before[1] == time(0) or before[1] > after[0] for before, after in pairwise(ordered)):
        return _("These times overlap.")
    return ""
