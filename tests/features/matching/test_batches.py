"""Batches: a search for everybody who waits is a proposal, decided line by line, and nobody is assigned without their own yes."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.test_pages import hidden, text
from tests.queries import counted_queries
from vtclinic.core import jobs
from vtclinic.core.errors import Conflict, Forbidden
from vtclinic.core.uow import session
from vtclinic.features.intake import service as intake
from vtclinic.features.matching import asking, batch_run, batching, notes, service
from vtclinic.features.matching.models import Batch, BatchState, Interest, MatchRequest, Method, Proposal, ProposalState, RequestKind
from vtclinic.features.matching.standing import standing
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def ruth(people):
    return people.actor(people.admin())


@pytest.fixture
def amara(people):
    return works(people, people.therapist(), specialities=["worry"], capacity=2)


@pytest.fixture
def three(people, clock):
    """Three who wait, a week apart, the first the longest."""
    uids = []
    for weeks, name in ((3, "Sam Byrne"), (2, "Alex Quinn"), (1, "Noor Aziz")):
        clock.move_to(NOW - timedelta(weeks=weeks))
        uids.append(people.patient(name))
        tell(people, uids[-1])
    clock.move_to(NOW)
    return uids


@contextmanager
def searched(people, ruth, method=Method.ASSIGNMENT):
    with people.inside():
        uid = batching.start(ruth, method).uid
    jobs.drain()
    with people.inside():
        yield session().get_one(Batch, uid)


def line_of(patient):
    return session().scalars(select(Proposal).where(Proposal.patient_uid == patient)).one()


def test_a_search_proposes_the_longest_waits_and_says_what_blocks_the_rest(people, ruth, amara, three):
    with searched(people, ruth) as batch:
        assert batch.state == BatchState.READY
        assert batch.summary == {"people": 3, "found": 2, "nobody": 1, "therapists": 1}
        states = [(line.proposal.patient_uid, line.proposal.state, line.proposal.therapist_uid) for line in batching.lines(ruth, batch).rows]
        assert states == [(three[0], "proposed", amara), (three[1], "proposed", amara), (three[2], "nobody", None)]
        assert line_of(three[2]).outcome.fitting == 1  # somebody fits, with no place left


def test_many_lines_come_by_pages_and_what_waits_for_a_decision_stands_first(people, ruth, amara, three, monkeypatch, app, browse):
    monkeypatch.setattr(batching, "PAGE", 2)
    with searched(people, ruth) as batch:
        batching.skip(ruth, line_of(three[0]).uid)
        pages = [batching.lines(ruth, batch, number) for number in (1, 2, 99)]
        assert [[line.proposal.patient_uid for line in page.rows] for page in pages] == [[three[1], three[2]], [three[0]], [three[0]]]
        assert {(page.pages, page.left) for page in pages} == {(2, 1)}
        open_line = line_of(three[1]).uid
    browser = people.sign_in(app, browse(), ruth.uid)
    shown = browser.get("/match-requests/proposals?page=1")
    assert "1 line waits for you." in shown.text
    token = {"csrf_token": hidden(shown, "csrf_token")}
    assert browser.post(f"/match-requests/lines/{open_line}/skip", data=token | {"page": "2"}).headers["Location"].endswith("/match-requests/proposals?page=2")


def test_an_accepted_line_sends_choices_and_keeps_the_place_and_opens_no_care(people, ruth, amara, three):
    with searched(people, ruth):
        batching.accept(ruth, line_of(three[0]).uid)
        assert service.choices(three[0]) == [amara]
        assert not records.in_care(three[0], amara)
        assert standing(three[1]).held == {amara: 1}
        assert standing(three[0]).held == {}, "the place is free to whom it is kept for"
        told = session().scalars(select(Notification).where(Notification.to_uid == three[0], Notification.kind == "matching.fits")).one()
        assert told.path == "/therapists"
    with people.inside():
        assert service.may_choose(three[0], amara)
        assert batching.count_waiting(ruth) == 2


def test_the_kept_place_is_given_back_when_care_begins_or_seven_days_have_passed(people, ruth, amara, three, clock):
    with searched(people, ruth):
        for patient in three[:2]:
            batching.accept(ruth, line_of(patient).uid)
    people.pair(three[0], amara)
    with people.inside():
        assert (standing().caseload, standing().held) == ({amara: 1}, {amara: 1})
    clock.shift(timedelta(days=8))
    with people.inside():
        assert standing().held == {}


def test_a_line_that_holds_no_longer_is_refused_in_words_and_sends_nothing(people, ruth, amara, three):
    with searched(people, ruth):
        pass
    with people.inside():
        intake.save(people.actor(three[0]), "problems", ["grief"])
    people.pair(three[1], amara)
    with people.inside():
        for patient in three[:2]:
            assert batching.accept(ruth, line_of(patient).uid).state == ProposalState.STALE
            assert service.choices(patient) == []
        assert session().scalars(select(Notification).where(Notification.kind == "matching.fits")).all() == []


def test_of_two_admins_one_decides_and_the_other_is_told(people, ruth, amara, three):
    other = people.actor(people.admin("Ines Roth"))
    with searched(people, ruth) as batch:
        assert batching.start(other, Method.TWO_SIDED).uid == batch.uid, "one search is open at a time"
        uid = line_of(three[0]).uid
        batching.accept(ruth, uid)
        with pytest.raises(Conflict, match="decided meanwhile"):
            batching.skip(other, uid)
        batching.close(other, batch.uid)
        with pytest.raises(Conflict, match="put away"):
            batching.accept(ruth, line_of(three[1]).uid)


def test_a_search_killed_in_between_is_done_once_by_its_second_run(people, ruth, amara, three, monkeypatch, clinic, scope):
    with people.inside():
        uid = batching.start(ruth, Method.ASSIGNMENT).uid
    whole = batch_run._store

    def die(*args):
        whole(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(batch_run, "_store", die)
    with scope(clinic), pytest.raises(KeyboardInterrupt):
        batch_run.run(uid)
    with people.inside():
        assert session().get_one(Batch, uid).is_working, "what was half done is undone"
        assert session().scalars(select(Proposal)).all() == []
    monkeypatch.setattr(batch_run, "_store", whole)
    with scope(clinic):
        batch_run.run(uid)
        batch_run.run(uid)
    with people.inside():
        assert len(session().scalars(select(Proposal)).all()) == 3


def test_a_stopped_search_stores_nothing(people, ruth, amara, three):
    with people.inside():
        batching.close(ruth, batching.start(ruth, Method.ASSIGNMENT).uid)
    jobs.drain()
    with people.inside():
        assert session().scalars(select(Proposal)).all() == []


def test_where_both_sides_rank_a_therapists_choice_goes_before_a_longer_wait(people, ruth, amara, three):
    works(people, amara, capacity=1)
    me = people.actor(amara)
    with people.inside():
        for patient in three:
            session().add(MatchRequest(patient_uid=patient, kind=RequestKind.WAIT, asked_at=NOW, shown_since=NOW))
        session().flush()
        by_patient = {row.patient_uid: row.uid for row in session().scalars(select(MatchRequest))}
        notes.say(me, by_patient[three[2]], "interested", rank=1)
        notes.say(me, by_patient[three[0]], "not-fit", reason="I know the family.")
    with searched(people, ruth, Method.TWO_SIDED):
        assert line_of(three[2]).therapist_uid == amara
        assert line_of(three[0]).therapist_uid is None


def test_patients_and_therapists_start_no_search(people, amara, three):
    with people.inside():
        for uid in (amara, three[0]):
            with pytest.raises(Forbidden):
                batching.start(people.actor(uid), Method.ASSIGNMENT)


def test_the_page_shows_kinds_of_reasons_and_no_answers_with_few_queries(app, browse, people, ruth, amara, three):
    with searched(people, ruth):
        pass
    browser = people.sign_in(app, browse(), ruth.uid)
    with counted_queries() as frame:
        browser.get("/account")
    with counted_queries() as asked:
        page = browser.get("/match-requests/proposals")
    assert asked.reads - frame.reads <= 4, asked.statements
    assert "Works with what they want help with" in text(page)
    assert "Those who fit have no space left" in text(page)
    assert "worry" not in text(page)
    with people.inside():
        uid = line_of(three[0]).uid
    done = browser.post(f"/match-requests/lines/{uid}/accept", data={"csrf_token": hidden(page, "csrf_token")}, follow_redirects=True)
    assert "Sent. They see their choices and decide." in text(done)


def test_a_note_has_no_name_and_its_reason_is_its_authors_alone(app, browse, people, ruth, amara, three):
    patient = people.actor(three[0])
    with people.inside():
        session().add(MatchRequest(patient_uid=three[0], kind=RequestKind.WAIT, asked_at=NOW))
    browser = people.sign_in(app, browse(), amara)
    assert "No notes now." in text(browser.get("/waiting-notes"))
    with people.inside():
        asking.show_note(patient, shown=True)
        request = session().scalars(select(MatchRequest)).one().uid
    with counted_queries() as frame:
        browser.get("/account")
    with counted_queries() as asked:
        page = browser.get("/waiting-notes")
    assert asked.reads - frame.reads <= 4, asked.statements
    assert "worry" in text(page)
    assert "Sam" not in text(page)
    assert "Cork" not in text(page)
    browser.post(f"/waiting-notes/{request}", data={"csrf_token": hidden(page, "csrf_token"), "says": "not-fit", "reason": "We are neighbours."})
    assert "We are neighbours." in text(browser.get("/waiting-notes"))
    with people.inside():
        row = session().scalars(select(Interest)).one()
        assert b"neighbours" not in row.reason_sealed
        assert amara in standing(three[0]).blocked
        notes.take_back(people.actor(amara), request)
        assert amara not in standing(three[0]).blocked





