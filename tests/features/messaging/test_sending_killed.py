"""Killed anywhere while sending, a message is stored whole or not at all, and sending it again makes exactly one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.killing import count_calls, killed_at, some_points
from vtclinic.core.audit import verify
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import unit_of_work
from vtclinic.features.messaging import service
from vtclinic.features.messaging.models import Message, Thread

POINTS = 8
pytestmark = pytest.mark.crash


def test_a_killed_sending_can_be_repeated_without_a_double(house, people, scope, clinic):
    patient, therapist = people.patient(), people.therapist()
    people.pair(patient, therapist)
    me = people.actor(patient)
    with scope(clinic), unit_of_work():
        thread = service.open_thread(me, patient, therapist).uid

    def send(client_id: str) -> None:
        with scope(house.directory.by_slug("harbour")), unit_of_work():
            service.send_message(me, thread, "words of a patient", client_id)

    send("told-by-mail")
    calls = count_calls(lambda: send("counted-second"))
    for number, point in enumerate(some_points(calls, POINTS), start=3):
        name = f"client-id-{point}"
        assert killed_at(point, lambda name=name: send(name))
        send(name)
        with scope(clinic), unit_of_work(write=False) as db:
            stored = db.scalars(select(Message).where(Message.thread_uid == thread).order_by(Message.seq)).all()
            assert [message.seq for message in stored] == list(range(1, number + 1))
            assert {message.body for message in stored} == {"words of a patient"}
            assert db.get_one(Thread, thread).last_seq == number
            assert verify(db, clinic.keys.derived("audit")).sound
    with scope(clinic), unit_of_work(write=False) as db:
        told = [mail for mail in db.scalars(select(OutboxMail)) if mail.template == "new-message"]
        assert len(told) == 1, "once until it is read"
