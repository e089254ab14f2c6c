"""A clinic's own numbers, its rules, and its access log."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from tests.features.clinic.conftest import hidden, post, token_of
from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.uow import unit_of_work
from vtclinic.features.clinic import api
from vtclinic.tenants.scope import tenant_scope

LINE = {"name": "Duty phone", "number": "+353 1 555 0100", "sms": "", "sms_text": "", "hours": "10:00-24:00", "source_url": ""}


def save_line(client, path="/help-lines/add", **changes):
    page = client.get(path).text
    return client.post(path, data=LINE | {"seen": hidden(page, "seen"), "csrf_token": hidden(page, "csrf_token")} | changes)


def test_an_own_line_stands_on_help_now_at_once(desk, browse):
    assert save_line(desk).status_code == 303
    page = browse().get("/help-now").text
    assert "+353 1 555 0100" in page
    assert "Duty phone" in page
    assert "116 123" in page


@pytest.mark.parametrize("changes", [{"name": ""}, {"number": ""}, {"number": "call us"}, {"number": "112"}, {"hours": "always"}, {"name": "x" * 61}])
def test_a_number_nobody_can_call_is_refused(desk, browse, changes):
    before = browse().get("/help-now").data
    answer = save_line(desk, **changes)
    assert answer.status_code == 422
    assert "vt-error" in answer.text
    assert browse().get("/help-now").data == before


def test_a_check_is_dated_and_asked_for_again(desk):
    save_line(desk)
    with time_machine.travel(clock.now() + timedelta(days=181)):
        pass
    page = desk.get("/help-lines").text
    assert "Checked" in page
    assert "Again by" in page


def test_a_line_can_be_changed_confirmed_and_removed(desk, browse):
    save_line(desk)
    assert save_line(desk, "/help-lines/0", number="+353 1 555 0199").status_code == 303
    assert "+353 1 555 0199" in browse().get("/help-now").text
    seen = hidden(desk.get("/help-lines").text, "seen")
    assert desk.post("/help-lines/0/checked", data={"seen": seen, "csrf_token": token_of(desk, "/help-lines")}).status_code == 303
    seen = hidden(desk.get("/help-lines").text, "seen")
    assert desk.post("/help-lines/0/remove", data={"seen": seen, "csrf_token": token_of(desk, "/help-lines")}).status_code == 303
    assert "+353 1 555 0199" not in browse().get("/help-now").text
    assert desk.get("/help-lines/0").status_code == 404


def test_two_who_change_the_numbers_at_once_notice_each_other(desk):
    page = desk.get("/help-lines/add").text
    mine = LINE | {"seen": hidden(page, "seen"), "csrf_token": hidden(page, "csrf_token"), "name": "Mine"}
    save_line(desk, name="Theirs")
    answer = desk.post("/help-lines/add", data=mine)
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text


def rules(client, **changes):
    page = client.get("/clinic").text
    values = {"registration": "invitation", "leave_url": "https://example.org/weather", "open_hours": "Monday to Friday, 9:00 to 17:00", "phone": "+353 1 555 0100"}
    return client.post("/clinic", data=values | {"seen": hidden(page, "seen"), "csrf_token": hidden(page, "csrf_token")} | changes)


def test_rules_count_for_everybody(desk, browse, house):
    assert rules(desk).status_code == 303
    house.directory.forget()
    scope = house.directory.by_slug("harbour")
    assert (scope.registration, scope.leave_url) == ("invitation", "https://example.org/weather")
    help_now = browse().get("/help-now").text
    assert "Monday to Friday, 9:00 to 17:00" in help_now
    assert "https://example.org/weather" in help_now
    assert 'href="https://example.org/weather"' in browse().get("/sign-in").text


@pytest.mark.parametrize(
    "changes",
    [{"leave_url": "http://example.org"}, {"leave_url": "javascript:alert(1)"}, {"leave_url": "https://"}, {"registration": "maybe"}, {"phone": "ask us"}, {"open_hours": "x" * 121}],
)
def test_rules_that_cannot_be_are_refused_as_a_whole(desk, house, changes):
    assert rules(desk, **changes).status_code == 422
    house.directory.forget()
    assert house.directory.by_slug("harbour").registration == "open"


def test_who_is_on_duty_is_chosen_among_the_therapists(desk, people, house):
    amara = people.therapist()
    assert rules(desk, on_duty=str(amara)).status_code == 303
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work(write=False):
        assert api.on_duty_uids() == [amara]
    assert rules(desk, on_duty=str(people.patient())).status_code == 422


def test_the_log_says_who_opened_whose_record_by_initials(desk, people, house):
    sam, amara = people.patient("Sam Byrne"), people.therapist("Amara Okafor")
    actor = people.actor(amara)
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work():
        record(actor, "profile.read", "patient", sam, patient_uid=sam)
    page = desk.get("/access-log?kind=profile").text
    assert "Patients’ profiles: opened" in page
    assert "Amara Okafor" in page
    assert f"SB {sam.hex[-8:]}" in page
    assert "Sam" not in page
    assert "Byrne" not in page
    assert f"SB {sam.hex[-8:]}" in desk.get(f"/access-log?patient={sam}").text
    assert "Nothing fits these filters" in desk.get("/access-log?kind=message").text


def test_the_log_notes_its_own_reading_and_pages(desk):
    for _ in range(3):
        desk.get("/access-log")
    assert "This log: opened" in desk.get("/access-log").text
    assert desk.get("/access-log?page=999").status_code == 200
    assert desk.get("/access-log?who=nonsense").status_code == 422
    assert desk.get("/access-log?first=nonsense").status_code == 200


def test_a_changed_row_is_noticed(desk, house):
    desk.get("/access-log")
    post(desk, "/access-log/check", page="/access-log")
    assert "are as they were written" in desk.get("/access-log").text
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work() as db:
        db.execute(text("UPDATE audit_entry SET action = 'nothing.happened' WHERE seq = 1"))
    post(desk, "/access-log/check", page="/access-log")
    assert "does not fit" in desk.get("/access-log").text
