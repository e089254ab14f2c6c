"""Signing in by password, link and code; and the pauses after wrong tries."""

import dataclasses
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import select

from tests.identity.conftest import PASSWORD, code_now, mails, make_user
from tests.together import at_once
from vtclinic.core import clock
from vtclinic.core.audit import AuditEntry, verify
from vtclinic.core.errors import Gone, Invalid, TooMany
from vtclinic.core.uow import engines, unit_of_work
from vtclinic.identity import passwords, second_step, service, sessions, sign_in, throttle
from vtclinic.identity.accounts import as_actor
from vtclinic.identity.models import PasswordCredential, Stage, ThrottleBucket, UserState
from vtclinic.tenants.scope import tenant_scope


def wrong(visit, times, email="mira@example.org"):
    for _ in range(times):
        with pytest.raises(Invalid):
            sign_in.with_password(visit, email, "not the password")


def test_a_patient_signs_in_with_a_password(in_clinic, visit):
    user = make_user()
    begun = sign_in.with_password(visit, " Mira@Example.org", PASSWORD)
    with unit_of_work(write=False):
        who = service.current_actor(begun.token)
    assert (who.uid, who.role, who.clinic_uid) == (user.uid, "patient", in_clinic.uid)


def test_unknown_address_and_wrong_password_get_the_same_words(in_clinic, visit):
    make_user()
    said = []
    for email in ("mira@example.org", "nobody@example.org", "not an address"):
        with pytest.raises(Invalid) as refused:
            sign_in.with_password(visit, email, "not the password")
        said.append((refused.value.message, refused.value.fields))
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize("state", [UserState.DISABLED])
def test_a_switched_off_account_gets_the_same_words(in_clinic, visit, state):
    make_user(state=state)
    with pytest.raises(Invalid, match="do not match"):
        sign_in.with_password(visit, "mira@example.org", PASSWORD)


def test_the_account_of_another_clinic_does_not_sign_in_here(clinic, northside, scope, visit):
    with scope(clinic):
        make_user()
    with scope(northside), pytest.raises(Invalid):
        sign_in.with_password(visit, "mira@example.org", PASSWORD)


def test_an_old_hash_is_renewed_at_sign_in(in_clinic, visit):
    user = make_user()
    with unit_of_work() as db:
        db.get(PasswordCredential, user.uid).hash = PasswordHasher(1, 8192, 1).hash(PASSWORD)
    sign_in.with_password(visit, "mira@example.org", PASSWORD)
    with unit_of_work(write=False) as db:
        assert not passwords.needs_rehash(db.get(PasswordCredential, user.uid).hash)


def test_the_session_id_changes_at_sign_in_and_the_old_one_dies(in_clinic, visit):
    make_user()
    first = sign_in.with_password(visit, "mira@example.org", PASSWORD).token
    second = sign_in.with_password(dataclasses.replace(visit, token=first), "mira@example.org", PASSWORD).token
    with unit_of_work(write=False):
        assert first != second and sessions.find(first) is None and sessions.find(second)


def test_after_five_wrong_tries_there_is_a_pause_that_grows_to_fifteen_minutes(in_clinic, visit):
    make_user()
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as travel:
        wrong(visit, 5)
        with pytest.raises(TooMany) as waits:
            sign_in.with_password(visit, "mira@example.org", PASSWORD)
        assert waits.value.retry_after <= 16 and "10:01" in waits.value.message
        pauses = []
        for _ in range(9):
            with pytest.raises(TooMany) as waits:
                sign_in.with_password(visit, "mira@example.org", "not the password")
            pauses.append(waits.value.retry_after)
            travel.shift(timedelta(seconds=waits.value.retry_after))
            wrong(visit, 1)
        assert pauses == sorted(pauses) and pauses[-1] == 901
        travel.shift(timedelta(minutes=15, seconds=1))
        assert sign_in.with_password(visit, "mira@example.org", PASSWORD)


def test_a_pause_holds_for_unknown_addresses_too(in_clinic, visit):
    wrong(visit, 5, "nobody@example.org")
    with pytest.raises(TooMany):
        sign_in.with_password(visit, "nobody@example.org", "x")


def test_a_pause_survives_a_restart(in_clinic, visit):
    make_user()
    wrong(visit, 5)
    engines().dispose()
    with pytest.raises(TooMany):
        sign_in.with_password(visit, "mira@example.org", PASSWORD)


def test_many_tries_at_once_are_all_counted(clinic, visit, monkeypatch):
    with tenant_scope(clinic):
        make_user()
    checked = []
    real = passwords.verify_password
    monkeypatch.setattr(sign_in.passwords, "verify_password", lambda *both: checked.append(1) or real(*both))

    def try_once():
        with tenant_scope(clinic), pytest.raises((Invalid, TooMany)):
            sign_in.with_password(visit, "mira@example.org", "not the password")

    at_once([try_once] * 12)
    assert len(checked) == 5


def test_one_place_that_tries_many_accounts_is_slowed_down(in_clinic, visit):
    with unit_of_work():
        for _ in range(throttle.PLACE.free - 1):
            throttle.charge(throttle.PLACE, visit.place)
    wrong(visit, 1, "a@example.org")
    with pytest.raises(TooMany):
        sign_in.with_password(visit, "b@example.org", "x")
    with pytest.raises(Invalid):
        sign_in.with_password(dataclasses.replace(visit, place="203.0.113.7"), "b@example.org", "x")


def test_the_owner_gets_in_by_link_while_the_password_waits(in_clinic, visit):
    make_user()
    wrong(visit, 5)
    sign_in.ask_for_link(visit, "mira@example.org")
    assert sign_in.with_link(visit, mails()[-1].token).stage == Stage.OPEN


def test_tries_are_forgotten_after_a_day_and_after_success(in_clinic, visit):
    make_user()
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as travel:
        wrong(visit, 4)
        assert sign_in.with_password(visit, "mira@example.org", PASSWORD)
        wrong(visit, 4)
        travel.shift(timedelta(hours=25))
        wrong(visit, 4)
        assert sign_in.with_password(visit, "mira@example.org", PASSWORD)


def test_buckets_tell_nothing_of_addresses_or_places(in_clinic, visit):
    wrong(visit, 1)
    with unit_of_work(write=False) as db:
        keys = db.scalars(select(ThrottleBucket.key)).all()
    assert len(keys) == 2 and all(len(key) == 32 for key in keys)


def test_a_home_of_ipv6_is_one_place():
    assert throttle.place_of("2001:db8:1:2::5") == throttle.place_of("2001:db8:1:2:ffff::9") != throttle.place_of("2001:db8:1:3::5")
    assert throttle.place_of(None) == throttle.place_of("nonsense") == "unknown"


def test_a_sign_in_link_works_once_and_not_after_fifteen_minutes(in_clinic, visit):
    make_user()
    sign_in.ask_for_link(visit, "mira@example.org")
    token = mails()[0].token
    with time_machine.travel(clock.now() + timedelta(minutes=16)), pytest.raises(Gone):
        sign_in.with_link(visit, token)
    assert sign_in.with_link(visit, token).stage == Stage.OPEN
    with pytest.raises(Gone):
        sign_in.with_link(visit, token)


def test_a_sign_in_link_of_another_clinic_is_worth_nothing(clinic, northside, scope, visit):
    with scope(clinic):
        make_user()
        sign_in.ask_for_link(visit, "mira@example.org")
        token = mails()[0].token
    with scope(northside):
        make_user()
        with pytest.raises(Gone):
            sign_in.with_link(visit, token)


def test_staff_get_no_sign_in_link_and_strangers_no_mail(in_clinic, visit):
    make_user("amara@example.org", ("therapist",), app=True)
    sign_in.ask_for_link(visit, "amara@example.org")
    sign_in.ask_for_link(visit, "nobody@example.org")
    assert [mail.template for mail in mails()] == ["account_no_link"]


def test_a_link_does_not_pass_by_the_second_step(in_clinic, visit):
    make_user(app=True)
    sign_in.ask_for_link(visit, "mira@example.org")
    assert sign_in.with_link(visit, mails()[0].token).stage == Stage.SECOND_STEP


@pytest.fixture
def waiting(in_clinic, visit):
    make_user("amara@example.org", ("therapist",), app=True)
    begun = sign_in.with_password(visit, "amara@example.org", PASSWORD)
    assert begun.stage == Stage.SECOND_STEP
    return dataclasses.replace(visit, token=begun.token)


def test_a_password_alone_gives_staff_no_role(waiting):
    with unit_of_work(write=False):
        assert sessions.actor_for(sessions.find(waiting.token)).roles == frozenset()
        assert not service.current_actor(waiting.token).known


def test_a_code_opens_the_session_under_a_new_id(waiting):
    begun = sign_in.with_code(waiting, code_now())
    with unit_of_work(write=False):
        who = service.current_actor(begun.token)
        assert who.mfa and who.is_therapist
        assert sessions.find(waiting.token) is None


def test_the_same_code_does_not_work_twice(waiting, visit):
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False):
        begun = sign_in.with_password(visit, "amara@example.org", PASSWORD)
        sign_in.with_code(dataclasses.replace(visit, token=begun.token), code_now())
        again = sign_in.with_password(visit, "amara@example.org", PASSWORD)
        with pytest.raises(Invalid, match="does not fit"):
            sign_in.with_code(dataclasses.replace(visit, token=again.token), code_now())


def test_codes_are_throttled_per_person(waiting):
    for _ in range(5):
        with pytest.raises(Invalid):
            sign_in.with_code(waiting, "000000")
    with pytest.raises(TooMany):
        sign_in.with_code(waiting, code_now())


def test_the_second_step_waits_ten_minutes(waiting):
    with time_machine.travel(clock.now() + timedelta(minutes=11)), pytest.raises(Invalid, match="too long"):
        sign_in.with_code(waiting, code_now())


def codes_for(email):
    with unit_of_work():
        return second_step.new_recovery_codes(as_actor(service.user_by_email(email)))


def test_a_recovery_code_works_once_and_its_owner_is_told(waiting, visit):
    code = codes_for("amara@example.org")[0]
    assert sign_in.with_code(waiting, code.upper().replace("-", "")).stage == Stage.OPEN
    assert mails()[-1].template == "account_code_used"
    again = dataclasses.replace(visit, token=sign_in.with_password(visit, "amara@example.org", PASSWORD).token)
    with pytest.raises(Invalid):
        sign_in.with_code(again, code)


def test_one_recovery_code_used_twice_at_once_opens_one_session(clinic, visit):
    with tenant_scope(clinic):
        make_user("amara@example.org", ("therapist",), app=True)
        code = codes_for("amara@example.org")[0]
        seats = [sign_in.with_password(visit, "amara@example.org", PASSWORD).token for _ in range(4)]

    def use(token):
        with tenant_scope(clinic):
            return sign_in.with_code(dataclasses.replace(visit, token=token), code)

    ends = at_once([partial(use, token) for token in seats], told=Invalid)
    assert [isinstance(end, Invalid) for end in ends].count(True) == 3


def test_new_recovery_codes_end_the_old_ones_and_belong_to_one_person(waiting):
    old = codes_for("amara@example.org")
    new = codes_for("amara@example.org")
    make_user("noor@example.org", ("therapist",), app=True)
    foreign = codes_for("noor@example.org")
    for code in (old[0], foreign[0]):
        with pytest.raises(Invalid):
            sign_in.with_code(waiting, code)
    assert sign_in.with_code(waiting, new[0]).stage == Stage.OPEN


def test_proving_it_again_makes_the_session_fresh(in_clinic, visit):
    make_user()
    token = sign_in.with_password(visit, "mira@example.org", PASSWORD).token
    with time_machine.travel(clock.now() + timedelta(minutes=12)):
        with unit_of_work(write=False):
            who = service.current_actor(token)
            assert who.fresh_until < clock.now()
        with pytest.raises(Invalid):
            sign_in.prove_again(who, "not the password")
        sign_in.prove_again(who, PASSWORD)
        with unit_of_work(write=False):
            assert service.current_actor(token).fresh_until > clock.now()


def test_every_sign_in_and_failure_is_audited_without_addresses(in_clinic, visit):
    make_user("amara@example.org", ("therapist",), app=True)
    wrong(visit, 1, "amara@example.org")
    wrong(visit, 1, "nobody@example.org")
    token = sign_in.with_password(visit, "amara@example.org", PASSWORD).token
    sign_in.with_code(dataclasses.replace(visit, token=token), code_now())
    with unit_of_work(write=False) as db:
        rows = db.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        assert verify(db, in_clinic.keys.derived("audit")).sound
    assert [row.action for row in rows] == ["sign-in.failed", "sign-in.failed", "sign-in.password", "second-step.app"]
    assert not any("@" in f"{row.subject_uid}{row.reason}" for row in rows)
