"""How long a sign-in lasts, what ends it, and that it belongs to one clinic."""

import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import make_url

from tests.identity.conftest import PASSWORD, make_user
from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import SYSTEM
from vtclinic.core.scope import enter_scope
from vtclinic.core.uow import engines, unit_of_work
from vtclinic.identity import my_account, service, sessions, sign_in
from vtclinic.identity.accounts import disable_user
from vtclinic.identity.jobs import sweep
from vtclinic.identity.models import LoginSession, Stage
from vtclinic.identity.sessions import device_label

START = "2026-03-02T08:00:00Z"


def signed_in(visit, email="mira@example.org"):
    return sign_in.with_password(visit, email, PASSWORD).token


def here(token):
    """Come back with the cookie, as a request does."""
    with unit_of_work(write=False):
        row = sessions.find(token)
        if row is not None:
            sessions.seen(row)
        return row is not None


def open_staff(user, visit):
    with unit_of_work():
        return sessions.begin(user, visit, stage=Stage.OPEN, mfa=True).token


def test_a_patient_is_signed_out_after_thirty_minutes_without_a_request(in_clinic, visit):
    make_user()
    with time_machine.travel(START, tick=False) as travel:
        token = signed_in(visit)
        for _ in range(3):
            travel.shift(timedelta(minutes=29))
            assert here(token)
        travel.shift(timedelta(minutes=30))
        assert not here(token)
        with unit_of_work(write=False):
            assert sessions.why_over(sessions.look(token)) == "idle"


def test_staff_are_signed_out_after_fifteen(in_clinic, visit):
    with time_machine.travel(START, tick=False) as travel:
        token = open_staff(make_user("amara@example.org", ("therapist",)), visit)
        travel.shift(timedelta(minutes=14))
        assert here(token)
        travel.shift(timedelta(minutes=15))
        assert not here(token)


@pytest.mark.parametrize(("roles", "hours"), [(("patient",), 24), (("therapist", "clinic_admin"), 12)])
def test_nobody_stays_signed_in_for_ever(in_clinic, visit, roles, hours):
    user = make_user("a@example.org", roles)
    with time_machine.travel(START, tick=False) as travel:
        token = open_staff(user, visit)
        for _ in range(hours * 6 - 1):
            travel.shift(timedelta(minutes=10))
            assert here(token)
        travel.shift(timedelta(minutes=10))
        assert not here(token)
        with unit_of_work(write=False):
            assert sessions.why_over(sessions.look(token)) == "absolute"


def test_activity_is_written_at_most_twice_a_minute(in_clinic, visit):
    make_user()
    with time_machine.travel(START, tick=False) as travel:
        token = signed_in(visit)
        seen = set()
        for _ in range(6):
            travel.shift(timedelta(seconds=10))
            here(token)
            with unit_of_work(write=False):
                seen.add(sessions.look(token).last_seen)
        assert len(seen) == 3


def test_a_switched_off_account_loses_its_sessions_at_once(in_clinic, visit):
    user = make_user()
    token = signed_in(visit)
    with unit_of_work():
        disable_user(SYSTEM, user.uid)
    assert not here(token)
    with unit_of_work(write=False) as db:
        row = sessions.look(token)
        assert not sessions.is_live(row.uid)
        assert db.get(LoginSession, row.uid).revoked_at is not None


def test_the_account_is_checked_with_each_request_even_if_the_session_was_not_ended(in_clinic, visit):
    user = make_user()
    token = signed_in(visit)
    with unit_of_work() as db:
        db.merge(user).state = "disabled"
    assert not here(token)


def test_a_session_of_one_clinic_is_nothing_at_another(clinic, northside, scope, visit):
    with scope(clinic):
        make_user()
        token = signed_in(visit)
    with scope(northside):
        assert not here(token)


def test_a_copied_database_knows_no_sessions_of_the_original(clinic, northside, scope, visit):
    with scope(clinic):
        make_user()
        token = signed_in(visit)
    engines().dispose()
    shutil.copy(make_url(clinic.database_url).database, make_url(northside.database_url).database)
    with scope(northside):
        assert not here(token)
    # Even with the original's keys the clinic's own id counts.
    with enter_scope(dataclasses.replace(northside, keys=clinic.keys)):
        assert not here(token)
    with scope(clinic):
        assert here(token)


def test_the_cookies_token_is_not_in_the_database(in_clinic, visit):
    make_user()
    token = signed_in(visit)
    engines().dispose()
    assert token.encode() not in Path(make_url(in_clinic.database_url).database).read_bytes()


def test_one_device_is_signed_out_and_the_other_stays(in_clinic, visit):
    make_user()
    phone, library = signed_in(dataclasses.replace(visit, device="Safari, iPhone")), signed_in(visit)
    with unit_of_work():
        who = service.current_actor(phone)
        rows = my_account.my_sessions(who)
        assert {row.device for row in rows} == {"Safari, iPhone", "Firefox, Linux"}
        my_account.end_session(who, next(row.uid for row in rows if row.uid != who.session_uid))
    assert here(phone) and not here(library)


def test_nobody_ends_somebody_elses_session(in_clinic, visit):
    make_user()
    make_user("noor@example.org")
    mine, theirs = signed_in(visit), signed_in(visit, "noor@example.org")
    with unit_of_work():
        target = service.current_actor(theirs).session_uid
        with pytest.raises(NotFound):
            my_account.end_session(service.current_actor(mine), target)
    assert here(theirs)


def test_sign_out_everywhere_means_everywhere(in_clinic, visit):
    make_user()
    tokens = [signed_in(visit) for _ in range(3)]
    with unit_of_work():
        my_account.end_all_sessions(service.current_actor(tokens[0]))
    assert not any(here(token) for token in tokens)


def test_with_two_roles_one_acts_in_one_at_a_time(in_clinic, visit):
    token = open_staff(make_user("a@example.org", ("therapist", "clinic_admin")), visit)
    with unit_of_work():
        who = service.current_actor(token)
        assert who.role == "therapist"
        my_account.act_as(who, "clinic_admin")
        with pytest.raises(NotFound):
            my_account.act_as(who, "patient")
    with unit_of_work(write=False):
        assert service.current_actor(token).role == "clinic_admin"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("<script>", ""),
    ],
)
def test_a_device_is_described_coarsely(agent, label):
    assert device_label(agent) == label


def test_what_has_run_out_is_swept_away(in_clinic, visit):
    make_user()
    signed_in(visit)
    with time_machine.travel(clock.now() + timedelta(days=40)):
        sweep(clinic="harbour")
        with unit_of_work(write=False) as db:
            assert db.query(LoginSession).count() == 0
