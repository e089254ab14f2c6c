"""Two clinics on one instance never see each other, whatever is asked in whatever order."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from tests.security.matrix import MATRIX
from tests.security.test_every_route import sample
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail, queue_mail
from vtclinic.core.uow import unit_of_work
from vtclinic.features.messaging import service as messaging
from vtclinic.features.progress import api as progress

FOREIGN = "Northernperson"


@pytest.fixture
def elsewhere(people, scope, northside) -> list[UUID]:
    """Real things at the other clinic: a patient, a therapist, a thread with a message, a questionnaire."""
    patient = people.patient(f"Eva {FOREIGN}", clinic="northside")
    therapist = people.therapist(f"Ole {FOREIGN}", clinic="northside")
    people.pair(patient, therapist, clinic="northside")
    me, them = people.actor(patient, clinic="northside"), people.actor(therapist, clinic="northside")
    with scope(northside), unit_of_work():
        thread = messaging.open_thread(me, patient, therapist)
        messaging.send_message(me, thread.uid, "hello", "client-id-1")
        response = progress.assign(them, patient, "phq-9")
        return [patient, therapist, thread.uid, response]


@pytest.mark.parametrize("role", ["patient", "therapist", "clinic_admin"])
def test_a_thing_of_another_clinic_does_not_exist(app, people, browse, elsewhere, role):
    make = {"patient": people.patient, "therapist": people.therapist, "clinic_admin": people.admin}[role]
    uid = make()
    browser = people.sign_in(app, browse(), uid)
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in MATRIX or "UUIDConverter" not in {type(kind).__name__ for kind in rule._converters.values()}:
            continue
        method = "GET" if "GET" in rule.methods else "POST"
        for foreign in elsewhere:
            values = {name: foreign if type(kind).__name__ == "UUIDConverter" else sample(kind) for name, kind in rule._converters.items()}
            path = app.url_map.bind("harbour.test").build(rule.endpoint, values, method=method)
            answer = browser.open(path, method=method)
            if answer.status_code == 303 and str(foreign) in answer.headers["Location"]:
                answer = browser.get(answer.headers["Location"])
            if answer.status_code not in {403, 404} or FOREIGN in answer.text:
                wrong.append((method, rule.rule, answer.status_code))
    assert sorted(set(wrong)) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.sampled_from(["harbour", "northside"]), some.booleans()), min_size=4, max_size=24))
def test_what_is_written_in_one_clinic_is_read_there_alone(house, scope, steps):
    written: dict[str, set[UUID]] = {"harbour": set(), "northside": set()}

    def work(slug: str, breaks: bool) -> None:
        clinic = house.directory.by_slug(slug)
        try:
            with scope(clinic), unit_of_work() as db:
                uid = queue_mail(f"{new_id()}@{slug}.example", "any", {})
                db.flush()
                if breaks:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            return
        written[slug].add(uid)

    before = {slug: _mails(house, scope, slug) for slug in written}
    threads = [threading.Thread(target=work, args=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for slug, uids in written.items():
        assert _mails(house, scope, slug) - before[slug] == uids


def _mails(house, scope, slug: str) -> set[UUID]:
    with scope(house.directory.by_slug(slug)), unit_of_work(write=False) as db:
        rows = db.scalars(select(OutboxMail)).all()
        assert all((row.to or "").endswith(f"@{slug}.example") for row in rows)
        return {row.uid for row in rows}


def test_the_same_address_in_two_clinics_is_two_people(people, scope, clinic, northside):
    here = people.patient("Sam Byrne", email="sam@example.org")
    there = people.patient("Sam Byrne", email="sam@example.org", clinic="northside")
    assert here != there
