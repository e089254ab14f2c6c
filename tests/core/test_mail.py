"""Mails say the same in both forms, name nobody who must not be named, go out once and wait while the server is away."""

from __future__ import annotations

import email
import email.policy
import socket
from datetime import timedelta

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import select

from tests.conftest import test_settings
from vtclinic.core import clock, mail
from vtclinic.core.outbox import OutboxMail, deliver_mail, due_mails, queue_mail
from vtclinic.core.uow import unit_of_work


def queued(**more):
    with unit_of_work():
        return queue_mail("sam@example.org", "new-message", {"link": "http://harbour.test/messages/1"}, **more)


def sent(clinic):
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in sorted((clinic.files / "mail").glob("*.eml"))]


def test_text_and_html_say_the_same(in_clinic):
    letter = mail.render("new-message", {"link": "http://harbour.test/messages/1"})
    for words in ("A message waits for you. Sign in to read it.", "http://harbour.test/messages/1", "Not for emergencies."):
        assert words in letter.text
        assert words in letter.html


def test_a_mail_goes_out_once_however_often_its_job_runs(house, in_clinic):
    uid = queued()
    assert deliver_mail(house.settings, uid)
    assert deliver_mail(house.settings, uid)
    assert len(sent(in_clinic)) == 1


def test_a_sent_mail_keeps_neither_address_nor_words(house, in_clinic):
    uid = queued()
    deliver_mail(house.settings, uid)
    with unit_of_work(write=False) as db:
        row = db.scalars(select(OutboxMail).where(OutboxMail.uid == uid)).one()
        assert (row.to, row.params) == (None, None)


def test_an_unnamed_mail_does_not_say_which_clinic_writes(house, in_clinic):
    deliver_mail(house.settings, queued(named=False))
    deliver_mail(house.settings, queued())
    unnamed, named = sorted((str(message["From"]) + message.get_body(("plain",)).get_content() + message.get_body(("html",)).get_content() for message in sent(in_clinic)), key=lambda text: "Harbour" in text)
    assert "Harbour" not in unnamed
    assert "Harbour" in named


@pytest.fixture
def smtp():
    """A real mail server that keeps what it gets."""
    kept = []

    class Keep(Message):
        def handle_message(self, message):
            kept.append(message)

    server = Controller(Keep(), hostname="127.0.0.1", port=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    server.start()
    yield server.port, kept
    server.stop()


def test_a_mail_reaches_a_real_server(house, in_clinic, smtp):
    port, kept = smtp
    settings = test_settings(house.settings.home, mail_backend="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    assert deliver_mail(settings, queued())
    (message,) = kept
    assert message["To"] == "sam@example.org"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_mail_waits_while_the_server_is_away(house, in_clinic, smtp):
    port, kept = smtp
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = test_settings(house.settings.home, mail_backend="smtp", smtp_host="127.0.0.1", smtp_port=nobody.getsockname()[1], smtp_security="none")
        uid = queued()
        assert not deliver_mail(away, uid)
    assert due_mails() == []
    back = test_settings(house.settings.home, mail_backend="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert due_mails() == [uid]
        assert deliver_mail(back, uid)
    assert len(kept) == 1
