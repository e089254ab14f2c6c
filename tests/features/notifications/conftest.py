"""Fixtures: Sam, a patient, kinds of news for tests, and a way to be told of them."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from vtclinic.core.i18n import lazy
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications import kinds
from vtclinic.features.notifications.api import Kind, notify, register
from vtclinic.features.notifications.choices import choose, my_choices
from vtclinic.features.notifications.models import Notification

# A Monday at noon in Dublin.
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(house):
    """Start every test on Monday 23 November 2026, 12:00 in Dublin."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def some_kinds(monkeypatch, house):
    """Three kinds of news: an ordinary one, an urgent one, one that cannot be muted."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    register(Kind("test.plain", lazy("Something is new for you"), mail="something-new"))
    register(Kind("test.urgent", lazy("Something is new for you"), mail="something-new", urgent=True))
    register(Kind("test.must", lazy("Something is new for you"), mail="something-new", can_mute=False))


@pytest.fixture
def sam(people):
    return people.patient()


@pytest.fixture
def tell(people, sam):
    """Tell somebody (Sam unless told) something in a unit of work of its own."""

    def press(kind="test.plain", key="a:1", *, to=None, path="/sessions", **more):
        with people.inside():
            return notify(to or sam, kind, key=key, path=path, **more)

    return press


@pytest.fixture
def wish(people, sam):
    """Change how Sam wants one kind of news, and the quiet hours."""

    def make(*channels, kind="test.plain", quiet=("", "")):
        who = people.actor(sam)
        with people.inside():
            held = {known.name: ways for known, ways in my_choices(who).kinds}
            choose(who, held | {kind: frozenset(channels)}, quiet)

    return make


@pytest.fixture
def rows(people):
    """Everything told so far, oldest first."""

    def read():
        with people.inside():
            return list(session().scalars(select(Notification).order_by(Notification.created_at, Notification.key)))

    return read


@pytest.fixture
def waiting(people):
    """The mails of news: when each may go, oldest first; None for one that will not."""

    def read():
        with people.inside():
            return list(session().scalars(select(OutboxMail.next_try).join(Notification, Notification.mail_uid == OutboxMail.uid).order_by(Notification.created_at, Notification.key)))

    return read
