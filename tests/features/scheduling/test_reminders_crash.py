"""A worker killed anywhere, or two at once, on either database: each reminder reaches the mail server, and no receiver takes one for two.

Between sending and noting it no program can know whether the letter went. It is sent again then, under the same Message-ID.
"""

from __future__ import annotations

import socket
from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import func, select

from tests.conftest import test_settings
from tests.features.scheduling.conftest import THURSDAY
from tests.killing import count_calls, killed_at, some_points
from tests.together import at_once
from vtclinic.core.outbox import deliver_mail, due_mails
from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification
from vtclinic.features.scheduling import jobs, placing
from vtclinic.features.scheduling.models import PlannedNotice, ServiceType
from vtclinic.features.scheduling.placing import Placement
from vtclinic.tenants.scope import tenant_scope

POINTS, SESSIONS, WORKERS = 14, 8, 3
LENGTH = timedelta(minutes=10)


@pytest.fixture
def sink():
    """A real mail server that keeps the Message-ID and the time named in each letter."""
    kept: list[tuple[str, str]] = []

    class Keep(Message):
        def handle_message(self, message):
            kept.append((message["Message-ID"], message.get_payload()[0].get_payload(decode=True).decode().split("Your time: ")[1].splitlines()[0]))

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(Keep(), hostname="127.0.0.1", port=port)
    server.start()
    yield port, kept
    server.stop()


@pytest.fixture
def booked(people):
    """Book times for one patient, whose last reminder is due `ahead` of now; returns when they start."""
    patient, therapist = people.patient(), people.therapist()

    def make(first, count=1):
        with people.inside():
            kind = session().scalar(select(ServiceType)) or ServiceType(name="Session", minutes=50)
            session().add(kind)
            session().flush()
            for number in range(count):
                start = first + number * LENGTH
                placing.place(
                    Placement(
                        patient_uid=patient,
                        therapist_uid=therapist,
                        service_uid=kind.uid,
                        start=start,
                        end=start + LENGTH,
                        patient_zone="Europe/Dublin",
                        therapist_zone="Europe/Dublin",
                        format="video",
                        cancel_hours=0,
                    )
                )

    return make


def work(scope, settings):
    """Do what a worker does about reminders: plan, tell, send."""
    with tenant_scope(scope):
        jobs.remind(clinic="harbour")
        for uid in due_mails():
            deliver_mail(settings, uid)


@pytest.mark.crash
def test_a_worker_killed_anywhere_loses_no_reminder_and_doubles_none(house, people, clinic, booked, sink, clock):
    port, kept = sink
    settings = test_settings(house.settings.home, mail_backend="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    start = THURSDAY

    def due_now():
        nonlocal start
        start += timedelta(days=1)
        booked(start)
        work(house.directory.by_slug("harbour"), settings)
        clock.move_to(start - timedelta(hours=2))

    due_now()
    calls = count_calls(lambda: work(house.directory.by_slug("harbour"), settings))
    for point in some_points(calls, POINTS):
        due_now()
        killed_at(point, lambda: work(house.directory.by_slug("harbour"), settings))
        clock.shift(timedelta(minutes=6))
        work(house.directory.by_slug("harbour"), settings)
        work(house.directory.by_slug("harbour"), settings)
    letters, times = {name for name, _when in kept}, Counter(when for _name, when in set(kept))
    assert len(letters) == len(times) == POINTS + 3, "one letter for each time, however often it was sent"
    assert set(times.values()) == {1}, "sent again, it has the same Message-ID"
    with people.inside():
        assert session().scalar(select(func.count()).select_from(Notification)) == POINTS + 3
        assert session().scalar(select(func.count()).select_from(PlannedNotice)) == 0


def many_workers(house, people, scope, booked, sink, clock):
    port, kept = sink
    settings = test_settings(house.settings.home, mail_backend="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    booked(THURSDAY, SESSIONS)
    work(scope, settings)
    clock.move_to(THURSDAY - timedelta(minutes=5))
    kept.clear()
    at_once([lambda: work(scope, settings)] * WORKERS)
    work(scope, settings)
    assert len(kept) == len(set(kept))
    return kept


def test_many_workers_at_once_send_each_reminder_once(house, people, clinic, booked, sink, clock):
    assert len(many_workers(house, people, clinic, booked, sink, clock)) == SESSIONS


@pytest.mark.postgres
def test_many_workers_at_once_send_each_reminder_once_on_postgresql(clinic_on_postgres, house, people, booked, sink, clock):
    assert len(many_workers(house, people, clinic_on_postgres, booked, sink, clock)) == SESSIONS
