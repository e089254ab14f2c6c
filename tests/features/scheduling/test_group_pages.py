"""The pages of sessions with seats: a title, a seat, and nobody else's name."""

import pytest

from tests.features.matching.telling import tell
from tests.features.scheduling.test_pages import hidden, text


@pytest.fixture
def eva(people, amara):
    uid = people.patient("Eva Lind")
    tell(people, uid)
    people.pair(uid, amara)
    return uid


@pytest.fixture
def made(people, sam, eva, amara, at):
    """A session for Sam and Eva that Amara planned; returns her browser and its address."""
    people.pair(sam, amara)
    therapist = at(amara)
    page = therapist.get("/group-sessions/new")
    data = {"kind": "group", "title": "Thursday group", "day": "2026-12-03", "wall": "15:00", "seats": "2", "format": "video", "patients": [str(sam), str(eva)]}
    answer = therapist.post("/group-sessions/new", data=data | {"csrf_token": hidden(page, "csrf_token"), "service": service_of(page)})
    assert answer.status_code == 303, text(answer)
    return therapist, answer.location


def service_of(page):
    html = page.get_data(as_text=True)
    return html.split('name="service"')[1].split('value="')[1].split('"')[0] if 'name="service"' in html else ""


def press(browser, url, act, **data):
    page = browser.get(url)
    return browser.post(f"{url}/{act}", data={"csrf_token": hidden(page, "csrf_token")} | data)


def test_patients_see_their_seat_and_no_name_that_was_not_given(made, sam, eva, at):
    therapist, url = made
    first, second = at(sam), at(eva)
    press(first, url, "join")
    page = text(second.get(url))
    assert "1 of 2 seats taken" in page
    assert "Sam" not in page
    press(first, url, "join", shows_name="y")
    assert "Sam" in text(second.get(url))
    assert "Byrne" not in text(second.get(url))
    press(second, url, "join")
    assert "Eva" not in text(first.get(url))
    assert "Sam Byrne" in text(therapist.get(url))
    assert "Eva Lind" in text(therapist.get(url))


def test_leaving_and_calling_off_ask_first(made, sam, at):
    therapist, url = made
    patient = at(sam)
    press(patient, url, "join")
    assert "Give your seat back?" in text(patient.get(f"{url}/cancel"))
    press(patient, f"{url}", "cancel")
    assert "0 of 2 seats taken" in text(patient.get(url))
    therapist.post(f"{url}/cancel", data={"csrf_token": hidden(therapist.get(f"{url}/cancel"), "csrf_token")})
    assert "was cancelled" in text(patient.get(url))


def test_a_session_with_no_title_comes_back_with_a_sentence(amara, at):
    therapist = at(amara)
    page = therapist.get("/group-sessions/new")
    answer = therapist.post("/group-sessions/new", data={"csrf_token": hidden(page, "csrf_token"), "kind": "couple", "day": "2026-12-03", "wall": "15:00"})
    assert answer.status_code == 422
    assert "Choose" in text(answer) or "Write" in text(answer)
