"""What people write shows up nowhere but on their own pages: not on disk, not in a log, not in a mail, not in a job."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from vtclinic.core import clock, logs
from vtclinic.core.audit import AuditEntry, verify
from vtclinic.core.crypto import destroy_patient_key
from vtclinic.core.errors import KeyUnavailable
from vtclinic.core.uow import unit_of_work
from vtclinic.features.crisis import acting
from vtclinic.features.crisis import api as crisis
from vtclinic.features.intake import service as intake
from vtclinic.features.messaging import service as messaging
from vtclinic.features.progress import answering
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

MESSAGE, NAME, LEDGER, CITY, DRAFT = "kanarienvogel-im-brief", "Kanaria", "kanarienvogel-im-buch", "Kanarienstadt", "kanarienvogel-im-entwurf"
EMAIL = "kanarien.adresse@example.org"
CANARIES = [word.encode() for word in (MESSAGE, NAME, LEDGER, CITY, DRAFT, EMAIL)]


@pytest.fixture
def written(house, people, scope, clinic) -> UUID:
    """A patient who wrote a canary in every place there is; returns their uid."""
    patient = people.patient("Kanaria Vogel", email=EMAIL)
    therapist = people.therapist()
    people.pair(patient, therapist)
    me, them = people.actor(patient), people.actor(therapist)
    with scope(clinic):
        with unit_of_work():
            records.change_profile(me, patient, place={"country": "IE", "region": "", "city": CITY})
            intake.save(me, "name", NAME)
            response = progress.assign(them, patient, "phq-9")
        with unit_of_work():
            answering.start(me, response)
            answering.answer(me, response, 9, 2, safe="unsure")
        with unit_of_work():
            thread = messaging.open_thread(me, patient, therapist)
            messaging.save_draft(me, thread.uid, DRAFT)
        with unit_of_work():
            messaging.send_message(me, thread.uid, MESSAGE, "client-id-1")
            messaging.save_draft(me, thread.uid, DRAFT)
        with unit_of_work():
            task = next(iter(crisis.open_tasks(them)))
            if task.owner_uid != therapist:
                acting.take(them, task.uid)
            acting.act(them, task.uid, "called", LEDGER)
    return patient


def test_no_file_of_the_installation_holds_a_word_of_it(written, house, clinic):
    jobs_waiting = house.settings.home / "queue.db"
    assert jobs_waiting.exists()
    found = [(path.name, word) for path in house.settings.home.rglob("*") if path.is_file() for word in CANARIES if word.lower() in path.read_bytes().lower()]
    assert found == []


def test_a_stolen_database_opens_nothing_without_the_master_key(written, clinic):
    stolen = sqlite3.connect(clinic.files / "clinic.db")
    tables = [name for (name,) in stolen.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    words = [word.decode().lower() for word in CANARIES]
    shown = []
    for table in tables:
        for row in stolen.execute(f'SELECT * FROM "{table}"'):
            text = " ".join(str(cell) for cell in row if not isinstance(cell, bytes)).lower()
            shown += [(table, word) for word in words if word in text]
    stolen.close()
    assert shown == []


def test_the_mails_that_went_out_name_nobody_and_nothing(written, clinic, run_jobs):
    run_jobs()
    mails = list((clinic.files / "mail").glob("*.eml"))
    assert mails
    for mail in mails:
        text = re.sub(r"(?m)^to: .*$", "", mail.read_text().lower())
        for word in (MESSAGE, LEDGER, CITY, DRAFT, "phq", "risk", "suicid", "okafor"):
            assert word.lower() not in text, word


def test_jobs_carry_ids_alone(written, house):
    with sqlite3.connect(house.settings.home / "queue.db") as queue:
        payloads = [bytes(data).decode() for (data,) in queue.execute("SELECT data FROM task")]
    assert payloads
    for payload in payloads:
        name, _clinic, ids = json.loads(payload)["message"]["args"]
        assert all(isinstance(value, int) or len(str(value)) <= 80 for value in ids.values()), name
        assert MESSAGE not in payload


@pytest.mark.parametrize("fault", [False, True], ids=["all well", "the program fails"])
def test_logs_hold_no_word_and_no_address(app, house, people, browse, monkeypatch, fault):
    patient, therapist = people.patient("Kanaria Vogel", email=EMAIL), people.therapist()
    people.pair(patient, therapist)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(name)s"))
    for known in logging.getLogger().handlers:
        if known.formatter is not None:
            handler.setFormatter(known.formatter)
    logging.getLogger().addHandler(handler)
    logs.install(app)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = people.sign_in(app, browse(), patient)
    opened = browser.post(f"/messages/with/{therapist}")
    path = opened.headers["Location"].split("#")[0]
    if fault:

        def break_down(*_: object, **__: object) -> None:
            raise RuntimeError(f"could not store {MESSAGE}")

        monkeypatch.setattr(messaging, "send_message", break_down)
    answer = browser.post(path, data={"body": MESSAGE, "client_id": "client-id-1"})
    browser.get(f"/sign-in?next=/{MESSAGE}")
    logging.getLogger().removeHandler(handler)
    assert answer.status_code == (500 if fault else 303)
    assert MESSAGE not in answer.text
    text = stream.getvalue()
    assert MESSAGE not in text
    assert EMAIL not in text
    assert str(thread_uid(path)) not in text, "a path may lead to somebody's record"


def thread_uid(path: str) -> str:
    """Read a thread's id from its address."""
    return path.rsplit("/", 1)[1]


def test_an_erased_patient_cannot_be_read_any_more(written, house, scope, clinic, people):
    with scope(clinic), unit_of_work():
        destroy_patient_key(written)
    with scope(clinic), unit_of_work(write=False), pytest.raises(KeyUnavailable):
        _ = records.patient(written).city


def test_every_act_on_the_record_is_in_the_ledger_and_the_chain_is_sound(written, scope, clinic):
    with scope(clinic), unit_of_work(write=False) as db:
        rows = db.scalars(select(AuditEntry).where(AuditEntry.patient_uid == written)).all()
        acts = {row.action for row in rows}
        assert verify(db, clinic.keys.derived("audit")).sound
        assert clock.now() - max(row.at for row in rows) < timedelta(minutes=5)
    assert {"message.write", "profile.write"} <= acts, acts
