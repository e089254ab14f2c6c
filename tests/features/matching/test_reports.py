"""Reports: groups alike or not, small ones left out so that no other number gives them away, track records only with the clinic's yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.features.scheduling.test_pages import text
from tests.queries import counted_queries
from vtclinic.core.errors import Forbidden
from vtclinic.core.uow import session
from vtclinic.features.intake.models import Intake
from vtclinic.features.matching import fairness, outcomes, weighing
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.fairness import Person
from vtclinic.features.matching.models import TrackRecord
from vtclinic.features.matching.small_groups import LEAST, hidden
from vtclinic.features.records import api as records
from vtclinic.features.records.models import CareRelation

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ruth(people):
    return people.actor(people.admin())


@pytest.fixture
def crowd(people):
    """Twelve who speak English and waited 4 days, eleven Spanish and 14 days, and one Arabic."""
    amara, made = people.therapist(), []
    with people.inside():
        for number, (language, days) in enumerate([("en", 4)] * 12 + [("es", 14)] * 11 + [("ar", 90)]):
            uid = people.patient(f"Person {number}")
            records.patient(uid).languages = [language]
            sent = NOW - timedelta(days=100)
            session().add(Intake(patient_uid=uid, started_at=sent, sent_at=sent))
            session().add(CareRelation(patient_uid=uid, therapist_uid=amara, since=sent + timedelta(days=days), until=NOW))
            made.append(uid)
    return amara


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=6))
def test_no_small_group_follows_from_the_whole_and_the_rest(counts):
    left_out = hidden(counts)
    small = {name for name, count in counts.items() if 0 < count < LEAST}
    assert small <= left_out
    if small and left_out != {name for name, count in counts.items() if count}:
        assert len(left_out) >= 2
        assert sum(counts[name] for name in left_out) >= LEAST


def test_waits_by_language_are_compared_and_the_small_group_is_left_out_with_another(people, ruth, crowd):
    with people.inside(), counted_queries() as asked:
        found = fairness.report(ruth)
    assert asked.reads <= 6, asked.statements
    language = found.divisions[0]
    assert [(group.name, group.people, group.wait) for group in language.groups] == [("English", 12, 4.0)]
    assert language.left_out == 2, "with Arabic alone left out, its one person would be 24 less 23"
    assert "not enough people" in language.sentence


def test_a_longer_wait_of_one_group_is_said_in_words():
    def some(name, days):
        return [Person(name, "-", "-", days, found=True, improved=None)] * 12

    division = fairness._division("x", some("en", 4.0) + some("es", 14.0), lambda each: each.language, str)
    assert division.sentence == "“es” waits longest: 14 days in the middle, against 4 for “en”."
    alike = fairness._division("x", some("en", 4.0) + some("es", 5.0), lambda each: each.language, str)
    assert alike.sentence == "Waits are alike: from 4 to 5 days in the middle."


def test_few_who_still_wait_are_not_counted_out():
    waits = [Person("en", "-", "-", 3.0, found=number > 2, improved=None) for number in range(20)]
    assert fairness._group("en", waits).still is None
    assert fairness._group("en", waits).wait == 3.0


def test_the_page_and_the_file_are_for_admins_and_name_nobody(app, browse, people, ruth, crowd):
    browser = people.sign_in(app, browse(), ruth.uid)
    page = browser.get("/matching/fairness")
    assert "English" in text(page)
    assert "Person" not in text(page)
    lines = browser.get("/matching/fairness.csv").get_data(as_text=True).splitlines()
    assert lines[1] == "First language,English,12,4,0,"
    assert not any("Arabic" in line for line in lines)
    assert "too few" in text(browser.get("/matching/outcomes"))
    with people.inside(), pytest.raises(Forbidden):
        fairness.report(people.actor(crowd))


def test_a_therapist_below_ten_cases_does_not_show_nor_follow_from_the_whole(people, ruth, crowd):
    leila = people.therapist("Leila Haddad")
    people.pair(people.patient("Zoe Hall"), leila)
    with people.inside():
        found = outcomes.outcomes(ruth)
    assert found.clinic.cases == 25
    assert (found.lines, found.left_out) == ((), 2)


def test_track_records_are_counted_with_the_clinics_yes_alone(people, ruth, crowd, monkeypatch):
    monkeypatch.setattr(outcomes, "_effect", lambda views: 1.0)
    with people.inside():
        assert outcomes.count_track() == 0
        weighing.change(ruth, replace(Weights(), use_track=True), seen=0)
        assert outcomes.count_track() == 0, "nobody told what they want help with"
        session().add(TrackRecord(therapist_uid=crowd, problem="worry", cases=20, effect=1.0, counted_at=NOW))
        session().flush()
        weighing.change(ruth, Weights(), seen=1)
        outcomes.count_track()
        assert session().scalars(select(TrackRecord)).all() == []
