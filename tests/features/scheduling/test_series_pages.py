"""The pages of regular times as a browser without JavaScript meets them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.features.matching.telling import works
from tests.features.scheduling.test_pages import hidden, text
from tests.queries import counted_queries
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment


@pytest.fixture
def pair(people, sam, clock):
    """Sam in Dublin and Nora in New York, in October before the clocks change."""
    clock.move_to(datetime(2026, 10, 12, 8, 0, tzinfo=UTC))
    nora = works(people, people.therapist("Nora Quinn"), timezone="America/New_York")
    people.pair(sam, nora)
    return sam, nora


def query(**more):
    asked = {"first": "2026-10-15", "wall": "10:00", "zone": "America/New_York", "rhythm": "1", "ends": "open"} | more
    return "&".join(f"{name}={value}" for name, value in asked.items())


def press(browser, url, **data):
    page = browser.get(url)
    assert page.status_code == 200, (page.status_code, url)
    return browser.post(url, data={"csrf_token": hidden(page, "csrf_token")} | data)


@pytest.fixture
def made(pair, at):
    """A weekly series that Nora set up; returns both browsers and its address."""
    sam, nora = pair
    therapist = at(nora)
    answer = press(therapist, f"/regular-times/new/{sam}/check?{query()}", agreed="yes")
    assert answer.status_code == 303
    return at(sam), therapist, answer.location


def test_the_preview_marks_the_weeks_in_which_a_clock_or_the_gap_changes(pair, at):
    page = text(at(pair[1]).get(f"/regular-times/new/{pair[0]}/check?{query()}"))
    assert "Every Thursday at 10:00, on the clock in New York" in page
    lines = re.split(r"(?=Thursday \d+ \w+, 10:00)", page)
    changed = next(line for line in lines if line.startswith("Thursday 29 October"))
    assert "Clocks change Different gap" in changed
    assert "In Dublin clocks go back 1 hour on Sunday 25 October." in changed
    assert "From here on, Dublin is 4 hours ahead of New York. Before, it was 5 hours." in changed
    assert "Your clocks go back 1 hour on Sunday 1 November." in next(line for line in lines if line.startswith("Thursday 5 November"))
    assert "Clocks" not in next(line for line in lines if line.startswith("Thursday 22 October"))
    for day, there in (("22 October", "15:00 Dublin"), ("29 October", "14:00 Dublin"), ("5 November", "15:00 Dublin")):
        assert there in next(line for line in lines if line.startswith(f"Thursday {day}"))


def test_a_therapist_sets_it_up_and_both_see_it(made):
    patient, therapist, url = made
    for browser, own in ((patient, "Thursday 29 October, 14:00"), (therapist, "Thursday 29 October, 10:00")):
        assert own in text(browser.get(url))
        assert "Every Thursday at 10:00" in text(browser.get("/regular-times"))
    assert "Thursday 22 October, 15:00" in text(patient.get("/sessions"))


def test_a_patient_asks_and_the_therapist_says_yes_leaving_one_out(pair, at, people):
    sam, nora = pair
    patient, therapist = at(sam), at(nora)
    asked = press(patient, f"/regular-times/new/{nora}/check?{query(rhythm='2')}")
    assert "Nothing is booked yet" in text(patient.get(asked.location))
    page = therapist.get(asked.location)
    assert "do these times suit you?" in text(page)
    answer = therapist.post(f"{asked.location}/accept", data={"csrf_token": hidden(page, "csrf_token"), "skip": "2026-10-29", "shown": ["2026-10-15", "2026-10-29"]})
    assert answer.status_code == 303
    assert "Left out" in text(therapist.get(asked.location))
    with people.inside():
        assert [f"{row.starts_at:%m-%d}" for row in session().scalars(select(Appointment).order_by(Appointment.starts_at))][:2] == ["10-15", "11-12"]


def test_saying_no_books_nothing(pair, at, people):
    sam, nora = pair
    asked = press(at(nora), f"/regular-times/new/{sam}/check?{query()}", agreed="no")
    patient = at(sam)
    page = patient.get(asked.location)
    patient.post(f"{asked.location}/decline", data={"csrf_token": hidden(page, "csrf_token")})
    assert "not agreed on" in text(patient.get(asked.location))
    with people.inside():
        assert session().scalars(select(Appointment)).all() == []


def test_moving_and_cancelling_from_the_page(made):
    patient, therapist, url = made
    check = therapist.get(f"{url}/20261022/move/check?to=2026-10-23&wall=11:00&scope=following")
    assert "Friday 23 October, 11:00" in text(check)
    moved = therapist.post(f"{url}/20261022/move/check?to=2026-10-23&wall=11:00&scope=following", data={"csrf_token": hidden(check, "csrf_token")})
    assert moved.status_code == 303
    page = text(patient.get(url))
    assert "Thursday 15 October, 15:00" in page
    assert "Friday 30 October, 15:00" in page
    cancelled = press(patient, f"{url}/20261030/cancel", scope="following")
    assert cancelled.status_code == 303
    page = text(patient.get(url))
    assert "Friday 23 October, 16:00" in page
    assert page.count("Cancelled") > 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"first": ""}, "Write or choose something"),
        ({"first": "2026-10-01"}, "Choose a day from today on"),
        ({"wall": "25:00"}, "Write a time like 18:30."),
        ({"rhythm": "last"}, "Choose a day in the last week"),
        ({"ends": "count"}, "Write how many times."),
        ({"ends": "until", "until": "2026-10-01"}, "Choose a last day after the first."),
        ({"zone": "Mars/Olympus"}, "Choose one of the answers shown."),
    ],
)
def test_what_no_calendar_holds_comes_back_with_a_sentence(pair, at, wrong, sentence):
    page = at(pair[1]).get(f"/regular-times/new/{pair[0]}/check?{query(**wrong)}")
    assert page.status_code == 422
    assert sentence in text(page)


def test_another_rhythm_shows_its_clocks_before_it_is_saved_and_needs_more_than_one_time(made):
    _patient, therapist, url = made
    alone = therapist.get(f"{url}/20261022/move/check?to=2026-10-22&wall=10:00&scope=one&rhythm=2")
    assert alone.status_code == 422
    assert "One time has no rhythm." in text(alone)
    assert "Choose a day in the last week" in text(therapist.get(f"{url}/20261022/move/check?to=2026-10-22&wall=10:00&scope=all&rhythm=last"))
    check = text(therapist.get(f"{url}/20261022/move/check?to=2026-10-22&wall=10:00&scope=following&rhythm=2"))
    assert "Every other Thursday at 10:00, on the clock in New York" in check
    assert "Clocks change" in check
    answer = press(therapist, f"{url}/20261022/move/check?to=2026-10-22&wall=10:00&scope=following&rhythm=2")
    assert answer.status_code == 303
    assert "Every other Thursday" in text(therapist.get(url))


def test_strangers_see_nothing(made, people, at):
    _patient, _therapist, url = made
    for other in (at(people.patient("Eva Lind")), at(people.therapist("Tomas Reyes"))):
        for path in (url, f"{url}/calendar.ics", f"{url}/20261022/cancel"):
            assert other.get(path).status_code == 404
    stranger = at(people.therapist("Ines Roth"))
    assert stranger.get(f"/regular-times/new/{people.patient('Kim Doyle')}").status_code == 404


def test_a_patient_moves_one_on_its_page_or_all_after_it_after_seeing_each_date(made):
    patient, _therapist, url = made
    asked = text(patient.get(f"{url}/20261022/move"))
    assert "Only this one" in asked
    assert "This one and all after it" in asked
    check = f"{url}/20261022/move/check?to=2026-10-22&wall=11:00"
    assert "Thursday 22 October, 16:00" in text(patient.get(check))
    assert press(patient, check).status_code == 303
    assert "Thursday 29 October, 15:00" in text(patient.get(url))
    shut = patient.get(f"{url}/20261022/move/check?to=2026-10-22&wall=02:00")
    assert shut.status_code == 422
    assert "These are not open" in text(shut)


def test_a_patient_cannot_change_more_than_what_follows(made):
    patient, _therapist, url = made
    page = text(patient.get(f"{url}/20261022/move/check?to=2026-10-23&wall=11:00&scope=all&rhythm=2"))
    assert "Every other" not in page, "neither the scope nor the rhythm is theirs to choose"
    assert "Until now: Thursday 15 October" not in page


def test_the_calendar_file_holds_all_coming_times(made):
    patient, _therapist, url = made
    answer = patient.get(f"{url}/calendar.ics")
    assert answer.get_data(as_text=True).count("BEGIN:VEVENT") >= 8


def test_pages_ask_little_of_the_database(made, people, pair, clock):
    patient, therapist, url = made
    clock.shift(timedelta(minutes=1))
    for browser, paths in ((therapist, [url, "/regular-times", f"{url}/20261022/move"]), (patient, [url, "/regular-times", f"{url}/20261022/cancel"])):
        for path in paths:
            with counted_queries() as asked:
                assert browser.get(path).status_code == 200
            assert asked.reads <= 8, (path, [each[:90] for each in asked.statements])
    with counted_queries() as asked:
        assert therapist.get(f"/regular-times/new/{pair[0]}/check?{query(wall='12:00')}").status_code == 200
    # The preview looks at everything that takes time, each with one query, however many times it shows.
    assert asked.reads <= 16, [each[:90] for each in asked.statements]
    with counted_queries() as asked:
        assert therapist.get(f"{url}/20261022/move/check?to=2026-10-23&wall=11:00&scope=all&rhythm=1").status_code == 200
    assert asked.reads <= 16, [each[:90] for each in asked.statements]
