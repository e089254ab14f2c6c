"""A letter's links act without a sign-in on the one time they were written for, show no names, and stop when it starts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import hidden
from vtclinic.core.errors import Gone
from vtclinic.core.uow import session
from vtclinic.features.scheduling import diary, letter_links, placing
from vtclinic.features.scheduling.late_models import LateCancel
from vtclinic.features.scheduling.letter_links import Act, Stand


@pytest.fixture
def made(people, sam, book):
    return book(sam)


@pytest.fixture
def link(people):
    """The path of a link for an appointment as it is now."""

    def make(appointment, act=Act.CONFIRM):
        with people.inside():
            return f"/times/{letter_links.token(diary.appointment(appointment.uid), act)}/{act.value}"

    return make


@pytest.fixture
def press(client):
    """Open a link's page and press its button."""

    def do(path, **more):
        page = client.get(path)
        data = {name: hidden(page, name) for name in ("csrf_token", "late") if f'name="{name}"' in page.text}
        return client.post(path, data=data | more, follow_redirects=True)

    return do


def read(people, appointment):
    with people.inside():
        found = diary.appointment(appointment.uid)
        return found.is_confirmed, found.state


def test_opening_the_link_changes_nothing_and_pressing_confirms(people, made, link, client, press):
    assert "Are you coming?" in client.get(link(made)).text
    assert read(people, made) == (False, "booked")
    assert "We expect you" in press(link(made)).text
    assert "We expect you" in client.get(link(made)).text
    assert read(people, made) == (True, "booked")


def test_the_pages_name_nobody(made, link, client, press):
    pages = [client.get(link(made, act)).text for act in Act] + [press(link(made)).text, press(link(made, Act.CANCEL)).text]
    for page in pages:
        assert not any(word in page for word in ("Amara", "Okafor", "Sam", "Byrne", "therap", "Psycho"))


def test_the_therapist_sees_that_it_is_confirmed(people, made, amara, at, link, press):
    page = f"/calendar/{made.uid}"
    assert "Confirmed" not in at(amara).get(page).text
    press(link(made))
    assert "Confirmed" in at(amara).get(page).text


def test_a_signed_in_patient_can_say_it_too_and_nobody_else(people, sam, amara, made, at):
    browser, page = at(sam), f"/sessions/{made.uid}"
    token = browser.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]
    other = at(people.patient("Alex Quinn"))
    stranger = other.get("/account").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert other.post(f"/times/{made.uid}/coming", data={"csrf_token": stranger}).status_code == 404
    assert read(people, made) == (False, "booked")
    assert "You said that you are coming." in browser.post(f"/times/{made.uid}/coming", data={"csrf_token": token}, follow_redirects=True).text
    assert read(people, made) == (True, "booked")


def test_the_cancel_page_says_first_when_it_is_late(people, made, link, client, press, clock):
    assert "less than" not in client.get(link(made, Act.CANCEL)).text
    clock.move_to(THURSDAY - timedelta(hours=23))
    page = client.get(link(made, Act.CANCEL)).text
    assert page.index("It is less than 24 hours before.") < page.index("<button", page.index("It is less than"))
    assert "Only the person you would meet reads it." in page
    unsaid = client.post(link(made, Act.CANCEL), data={"csrf_token": hidden(client.get(link(made, Act.CANCEL)), "csrf_token")})
    assert unsaid.status_code == 409 and "It is later than it was." in unsaid.text
    assert "is cancelled" in press(link(made, Act.CANCEL), why="I have a cold.").text
    assert read(people, made) == (False, "cancelled_by_patient")
    with people.inside():
        assert session().get(LateCancel, made.uid).why == "I have a cold."


def test_an_older_letter_of_a_moved_session_says_so_and_does_nothing(people, made, link, client, press):
    old = {act: link(made, act) for act in Act}
    press(old[Act.CONFIRM])
    with people.inside():
        placing.move(diary.appointment(made.uid), THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=1, minutes=50))
    assert read(people, made) == (False, "booked"), "the new time is not confirmed"
    for path in old.values():
        page = client.get(path)
        assert "earlier time" in page.text
        assert "<button" not in page.text.split("<main")[1]
    with people.inside():
        tokens = {act: path.split("/")[2] for act, path in old.items()}
        assert letter_links.confirm(tokens[Act.CONFIRM]).stand == Stand.MOVED
    page = client.get(link(made))
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(old[Act.CANCEL], data={"csrf_token": token})
    assert read(people, made) == (False, "booked")


def test_links_stop_when_the_session_starts(people, made, link, client, clock):
    paths = [link(made, act) for act in Act]
    clock.move_to(THURSDAY)
    for path in paths:
        assert "has passed" in client.get(path).text
    with people.inside():
        assert letter_links.confirm(paths[0].split("/")[2]).stand == Stand.PAST
    assert read(people, made) == (False, "booked")


def test_a_link_does_one_act_for_one_appointment_of_one_clinic(people, sam, made, book, link, browse, client):
    confirm, cancel = (link(made, act).split("/")[2] for act in Act)
    with people.inside():
        for text, act in ((confirm, Act.CANCEL), (cancel, Act.CONFIRM), (confirm[:-2] + "AA", Act.CONFIRM), ("", Act.CONFIRM), ("é", Act.CONFIRM), (f"x{confirm}", Act.CONFIRM), (str(uuid4()), Act.CONFIRM)):
            with pytest.raises(Gone):
                letter_links.look(text, act)
    assert client.get(f"/times/{confirm}/cancel").status_code == 410
    assert browse("northside").get(f"/times/{confirm}/confirm").status_code == 410
