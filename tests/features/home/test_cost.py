"""First pages ask the database little, however much there is to show."""

from datetime import timedelta
from uuid import uuid4

import pytest

from vtclinic.core import clock
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session
from vtclinic.features.messaging import api as messaging
from vtclinic.features.progress import answering
from vtclinic.features.progress import api as progress
from vtclinic.features.scheduling import api as scheduling

MOST = 8


@pytest.fixture
def busy(people):
    """A therapist and patients in care, each with a session today, scores, a risk answer and a message."""

    def make(count):
        amara = people.therapist("Amara Okafor")
        patients = [people.patient(f"Sam Number{number}") for number in range(count)]
        for number, patient in enumerate(patients):
            people.pair(patient, amara)
            with people.inside():
                _fill(people, patient, amara, number)
        return amara, patients

    return make


def _fill(people, patient, amara, number):
    me, now = people.actor(patient), clock.now()
    for _ in range(2):
        sheet = progress.assign(me, patient, "phq-9")
        for item in range(1, 10):
            answering.answer(me, sheet, item, 1)
    progress.assign(me, patient, "gad-7")
    thread = messaging.thread_for(me, patient, amara)
    messaging.send(me, thread.uid, "hello", uuid4().hex)
    messaging.send(people.actor(amara), thread.uid, "hello back", uuid4().hex)
    if number % 2:
        messaging.send(me, thread.uid, "and again", uuid4().hex)
    starts = now + timedelta(minutes=1 + number)
    zones = {"patient_zone": "Europe/Dublin", "therapist_zone": "Europe/Dublin"}
    times = {"starts_at": starts, "ends_at": starts + timedelta(minutes=50), "booked_at": now, "changed_at": now}
    service = scheduling.services()[0].uid
    session().add(
        scheduling.Appointment(patient_uid=patient, therapist_uid=amara, service_uid=service, format="video", state="booked", cancel_hours=24, ics_sequence=0, booking_key=new_id(), **zones, **times)
    )


@pytest.mark.parametrize("count", [1, 5])
def test_each_first_page_asks_at_most_eight_times(app, browse, people, busy, count_queries, count):
    amara, patients = busy(count)
    for who, path in ((patients[0], "/home"), (amara, "/today"), (people.admin(), "/overview")):
        browser = people.sign_in(app, browse(), who)
        with count_queries() as asked:
            answer = browser.get(path)
        assert answer.status_code == 200
        assert asked.reads <= MOST, [statement[:90] for statement in asked.statements]


def test_somebody_new_costs_no_more(app, browse, people, count_queries):
    for who, path in ((people.patient(), "/home"), (people.therapist(licensed=False), "/today"), (people.admin(), "/overview")):
        browser = people.sign_in(app, browse(), who)
        with count_queries() as asked:
            assert browser.get(path).status_code == 200
        assert asked.reads <= MOST, [statement[:90] for statement in asked.statements]


def test_the_day_shows_risk_first_then_who_comes(app, browse, people, busy):
    amara, _patients = busy(2)
    text = people.sign_in(app, browse(), amara).get("/today").text
    assert text.index("needs a reply") < text.index("Next, ") < text.index("Your day")
    assert "Sam Number0" in text
    assert "hello" not in text


def test_home_puts_the_unread_message_before_the_questions(app, browse, people, busy):
    _amara, patients = busy(1)
    text = people.sign_in(app, browse(), patients[0]).get("/home").text
    assert "Amara wrote to you" in text
    assert text.index("Your next session") < text.index("Amara wrote to you") < text.index("questions, about 3 minutes")


def test_the_overview_names_no_patient(app, browse, people, busy):
    busy(2)
    alone = people.patient("Nobody Yet")
    with people.inside():
        answering.answer(people.actor(alone), progress.assign(people.actor(alone), alone, "phq-9"), 9, 1)
    text = people.sign_in(app, browse(), people.admin()).get("/overview").text
    assert "1 risk task has no owner" in text
    assert "Sam Number" not in text
    assert "Nobody Yet" not in text


def test_reading_the_day_is_audited(app, browse, people, busy, count_queries):
    amara, _patients = busy(1)
    browser = people.sign_in(app, browse(), amara)
    with count_queries() as asked:
        browser.get("/today")
    assert any(statement.startswith("INSERT INTO audit_entry") for statement in asked.statements)
