"""What a person wants to be told, how, and when they are left in peace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, Actor
from vtclinic.core.uow import session
from vtclinic.features.notifications.kinds import CHANNELS, IN_APP, MAIL, Kind, kinds_for
from vtclinic.features.notifications.models import NotificationChoice, QuietHours
from vtclinic.features.notifications.news import ChoicesChanged
from vtclinic.features.notifications.quiet import Quiet, read_wall
from vtclinic.features.records import api as records
from vtclinic.identity.service import User, user


@dataclass(frozen=True)
class MailRule:
    """Whether a person may get mail about news at all, and whether it may name the clinic: patients decide both."""

    allowed: bool = True
    named: bool = True


@dataclass(frozen=True)
class Choices:
    """One person's preferences as the page shows them."""

    kinds: list[tuple[Kind, frozenset[str]]]
    quiet: tuple[str, str]
    mail: MailRule
    zone: str


def mail_rule(person: User) -> MailRule:
    """Return what a person's safe-contact rules say about mail; staff have none."""
    if PATIENT not in person.roles:
        return MailRule()
    found = records.patients([person.uid]).get(person.uid)
    return MailRule(records.may_mail(found), records.may_be_named(found)) if found is not None else MailRule(named=False)


def ways_of(person: User, kinds: Iterable[Kind]) -> dict[str, frozenset[str]]:
    """Return the channels on which a person gets each of these kinds, with one query."""
    asked = list(kinds)
    wanted = select(NotificationChoice).where(NotificationChoice.user_uid == person.uid, NotificationChoice.kind.in_([kind.name for kind in asked]))
    chosen = {row.kind: row for row in session().scalars(wanted)}
    return {kind.name: _ways(kind, chosen.get(kind.name)) for kind in asked}


def quiet_of(person: User) -> Quiet | None:
    """Return a person's quiet hours on the clock they live by now; None when they have none."""
    row = session().get(QuietHours, person.uid)
    start, end = (read_wall(row.start), read_wall(row.end)) if row else (None, None)
    return Quiet(start, end, person.timezone) if start is not None and end is not None else None


def my_choices(actor: Actor) -> Choices:
    """Return the actor's own preferences."""
    person = _own(actor)
    kinds = kinds_for(person.roles)
    ways, row = ways_of(person, kinds), session().get(QuietHours, person.uid)
    return Choices([(kind, ways[kind.name]) for kind in kinds], (row.start, row.end) if row else ("", ""), mail_rule(person), person.timezone)


def choose(actor: Actor, chosen: Mapping[str, frozenset[str]], quiet: tuple[str, str]) -> None:
    """Keep the actor's own preferences: channels by kind, and the wall times of the quiet hours, both empty for none.

    Raises Invalid when a time is missing or is none.
    """
    person = _own(actor)
    _keep_quiet(person, *quiet)
    known = {row.kind: row for row in session().scalars(select(NotificationChoice).where(NotificationChoice.user_uid == person.uid))}
    for kind in kinds_for(person.roles):
        wanted = _held(kind, chosen.get(kind.name, frozenset()))
        row = known.get(kind.name)
        if row is None and wanted == kind.ways:
            continue
        if row is None:
            row = NotificationChoice(user_uid=person.uid, kind=kind.name)
            session().add(row)
        for channel in CHANNELS:
            setattr(row, channel, channel in wanted)
    session().flush()
    record(actor, "news.chosen", "user", person.uid)
    publish(ChoicesChanged(person.uid))


def _keep_quiet(person: User, start: str, end: str) -> None:
    if bool(start) != bool(end):
        raise Invalid(_("Choose both times, or none."), fields={"quiet_end" if start else "quiet_start": _("Choose both times, or none.")})
    for name, text in (("quiet_start", start), ("quiet_end", end)):
        if text and read_wall(text) is None:
            raise Invalid(_("Write a time such as 22:00."), fields={name: _("Write a time such as 22:00.")})
    row = session().get(QuietHours, person.uid)
    if (row.start, row.end) == (start, end) if row else not start:
        return
    if row is not None:
        session().delete(row)
        session().flush()
    if start:
        session().add(QuietHours(user_uid=person.uid, start=start, end=end))
        session().flush()


def _ways(kind: Kind, row: NotificationChoice | None) -> frozenset[str]:
    return _held(kind, kind.ways if row is None else frozenset(channel for channel in CHANNELS if getattr(row, channel)))


def _held(kind: Kind, wanted: frozenset[str]) -> frozenset[str]:
    return wanted & frozenset(CHANNELS) if kind.can_mute else (wanted & frozenset(CHANNELS)) | {IN_APP, MAIL}


def _own(actor: Actor) -> User:
    if actor.uid is None:
        raise NotFound()
    return user(actor.uid)
