"""Who comes into the console, and how."""

from datetime import timedelta

import pytest
import time_machine

from tests.conftest import ClinicBrowser
from tests.console.conftest import ADDRESS, PASSWORD, code_now, give_app, post, signed_in, token_of
from vtclinic.app import create_app, open_house
from vtclinic.console import admins, second_step, sessions
from vtclinic.console.models import InstanceAdmin
from vtclinic.console.service import admin_by_email, create_first_admin, reseal_secrets
from vtclinic.core import clock, uow
from vtclinic.core.crypto.keys import MasterKey
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.policy import Actor
from vtclinic.core.uow import control_unit_of_work

PAGES = ("/console/clinics", "/console/clinics/add", "/console/clinics/harbour", "/console/themes", "/console/health", "/console/audit", "/console/account")


def sign_in(client, *, password=PASSWORD, email=ADDRESS):
    return post(client, "/console/sign-in", email=email, password=password)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_opens_without_signing_in(at_console, admin, path):
    answer = at_console().get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/console/sign-in?next=")


@pytest.mark.parametrize("path", PAGES)
def test_a_second_step_is_set_up_before_anything_else(at_console, admin, path):
    client = at_console()
    assert sign_in(client).location == "/console/second-step"
    assert client.get(path).location == "/console/second-step"
    assert "Add a second way to prove it is you" in client.get("/console/second-step").text


def test_setting_up_an_app_opens_the_console_and_leads_to_recovery_codes(at_console, house, admin, monkeypatch):
    monkeypatch.setattr("vtclinic.identity.totp.new_secret", lambda: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = at_console()
    sign_in(client)
    post(client, "/console/second-step/app", page="/console/second-step")
    assert post(client, "/console/second-step/app/code", page="/console/second-step/app", code="000000").status_code == 422
    done = post(client, "/console/second-step/app/code", page="/console/second-step/app", code=code_now())
    assert done.location == "/console/second-step/codes"
    text = post(client, "/console/second-step/codes").text
    assert text.count("<li><code>") == 8
    assert client.get("/console/clinics").status_code == 200


def test_a_password_alone_opens_nothing(at_console, with_app):
    client = at_console()
    assert sign_in(client).location == "/console/sign-in/code"
    assert client.get("/console/clinics").location == "/console/sign-in/code"
    assert post(client, "/console/sign-in/code", code=code_now()).location == "/console/clinics"
    assert client.get("/console/clinics").status_code == 200


def test_a_code_works_once(at_console, with_app):
    with time_machine.travel(clock.now(), tick=False):
        for expected in (303, 422):
            client = at_console()
            sign_in(client)
            assert post(client, "/console/sign-in/code", code=code_now()).status_code == expected


def test_a_recovery_code_works_once_and_survives_a_new_master_key(at_console, house, with_app):
    actor = Actor(with_app, sessions.IT_ADMIN, frozenset({sessions.IT_ADMIN}))
    with control_unit_of_work():
        code = second_step.new_recovery_codes(house.instance, actor)[0]
    old, new = house.instance.master, MasterKey(b"n" * 32)
    with control_unit_of_work() as control:
        reseal_secrets(control, old, new)
    with control_unit_of_work() as control:
        reseal_secrets(control, new, old)
    for expected in (303, 422):
        client = at_console()
        sign_in(client)
        assert post(client, "/console/sign-in/code", code=code.upper()).status_code == expected


def test_an_unknown_address_hears_the_same_as_a_wrong_password(at_console, admin):
    known, unknown = sign_in(at_console(), password="something else"), sign_in(at_console(), email="nobody@example.org")
    sentence = "That e-mail and password do not match"
    assert known.status_code == unknown.status_code == 422
    assert sentence in known.text
    assert sentence in unknown.text


def test_many_wrong_tries_wait_and_a_restart_forgives_nobody(at_console, house, home, with_app):
    for _ in range(5):
        sign_in(at_console(), password="something else")
    answer = sign_in(at_console())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    uow.engines().dispose()
    reborn = create_app(house.settings, open_house(house.settings))
    again = ClinicBrowser(reborn, reborn.response_class)
    again.host = "console.test"
    assert sign_in(again).status_code == 429


def test_the_answer_after_a_pause_is_taken(at_console, with_app):
    for _ in range(5):
        sign_in(at_console(), password="something else")
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert sign_in(at_console()).status_code == 303


def test_an_idle_sign_in_ends_and_says_so(console):
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert console.get("/console/clinics").status_code == 303
        assert "We signed you out after 15 minutes" in console.get("/console/sign-in").text


def test_a_busy_sign_in_ends_after_twelve_hours(console):
    start = clock.now()
    for minutes in range(0, 12 * 60, 10):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert console.get("/console/account").status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert console.get("/console/account").status_code == 303


@pytest.mark.parametrize("path", ["/console/account/password", "/console/second-step", "/console/clinics/harbour/suspend", "/console/administrators/add"])
def test_what_is_sensitive_asks_again_after_a_while(console, path):
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        answer = console.get(path)
        assert answer.location.startswith("/console/confirm-it-is-you?next=")
        assert "not your password" in post(console, "/console/confirm-it-is-you", password="something else").text
        assert post(console, "/console/confirm-it-is-you", password=PASSWORD, next=path).location == path
        assert console.get(path).status_code == 200


def test_signing_out_ends_the_sign_in_on_the_server(console):
    before = console.get_cookie("vt", domain="console.test")
    answer = post(console, "/console/sign-out", page="/console/account")
    assert "cookies" in answer.headers["Clear-Site-Data"]
    console.set_cookie("vt", before.value, domain="console.test")
    assert console.get("/console/clinics").status_code == 303


def test_another_device_can_be_signed_out(console, at_console, house, with_app):
    other = signed_in(at_console(), house, with_app)
    with control_unit_of_work(write=False):
        mine = [row.uid for row in sessions.open_sessions(with_app)]
    assert len(mine) == 2
    with other.session_transaction(base_url="http://console.test") as cookie:
        token = cookie["console"]
    with control_unit_of_work(write=False):
        uid = sessions.find(house.instance, token).uid
    post(console, f"/console/account/devices/{uid}/sign-out", page="/console/account")
    assert other.get("/console/account").status_code == 303
    assert console.get("/console/account").status_code == 200


def test_a_new_password_signs_the_other_devices_out(console, at_console, house, with_app):
    other = signed_in(at_console(), house, with_app)
    assert post(console, "/console/account/password", password="vtclinic1").status_code == 422
    assert post(console, "/console/account/password", password="a heron over wet slate").status_code == 303
    assert console.get("/console/account").status_code == 200
    assert other.get("/console/account").status_code == 303
    assert sign_in(at_console()).status_code == 422


def test_the_last_second_step_cannot_be_removed(console):
    answer = post(console, "/console/second-step/app/remove", page="/console/second-step")
    assert answer.status_code == 409
    assert "Add another one first" in answer.text


def test_an_administrator_is_added_with_a_password_shown_once_and_sets_up_a_second_step(console, at_console):
    text = post(console, "/console/administrators/add", email="Olu@Example.org").text
    password = text.split('dir="ltr">', 1)[1].split("<", 1)[0]
    client = at_console()
    assert sign_in(client, email="olu@example.org", password=password).location == "/console/second-step"
    assert post(console, "/console/administrators/add", email="olu@example.org").status_code == 422


def test_a_switched_off_administrator_is_out_at_once(console, at_console, house, with_app):
    actor = Actor(with_app, sessions.IT_ADMIN, frozenset({sessions.IT_ADMIN}))
    admins.add_admin(house.instance, actor, "olu@example.org")
    with control_unit_of_work(write=False):
        olu = admin_by_email("olu@example.org").uid
    give_app(house, olu)
    other = signed_in(at_console(), house, olu)
    assert other.get("/console/clinics").status_code == 200
    post(console, f"/console/administrators/{olu}/disable", page=f"/console/administrators/{olu}")
    assert other.get("/console/clinics").status_code == 303
    with control_unit_of_work(), pytest.raises(Conflict):
        admins.disable_admin(house.instance, actor, olu)


def test_nobody_switches_their_own_account_off(house, with_app):
    actor = Actor(with_app, sessions.IT_ADMIN, frozenset({sessions.IT_ADMIN}))
    with control_unit_of_work(), pytest.raises(NotFound):
        admins.disable_admin(house.instance, actor, with_app)


def test_a_second_first_administrator_is_refused(house, admin):
    with pytest.raises(Conflict):
        create_first_admin(house.instance, "other@example.org", PASSWORD)
    with control_unit_of_work(write=False) as control:
        assert control.query(InstanceAdmin).count() == 1


def test_a_form_without_its_token_is_refused(console):
    assert console.post("/console/sign-out").status_code == 400
    assert console.post("/console/clinics/harbour/suspend").status_code == 400
    assert console.get("/console/account").status_code == 200


def test_a_planted_cookie_does_not_survive_the_sign_in(at_console, with_app):
    client = at_console()
    token_of(client, "/console/sign-in")
    with client.session_transaction(base_url="http://console.test") as cookie:
        cookie["console"] = "planted"
    sign_in(client)
    with client.session_transaction(base_url="http://console.test") as cookie:
        assert cookie["console"] != "planted"
