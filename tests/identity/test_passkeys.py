"""Passkeys: adding one, signing in without typing, and what is refused."""

import dataclasses
import json
from datetime import timedelta

import pytest
import time_machine

from tests.identity.authenticator import SoftAuthenticator
from tests.identity.conftest import mails, make_user
from vtclinic.core import clock
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.policy import Actor
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import second_step, sessions, sign_in
from vtclinic.identity.accounts import as_actor, disable_user, user
from vtclinic.identity.models import Stage
from vtclinic.identity.passkeys import RelyingParty

SITE = RelyingParty("harbour.test", "Harbour", ("https://harbour.test",))
ADMIN = Actor(uid=None, role="system")


@pytest.fixture
def device():
    return SoftAuthenticator("https://harbour.test")


def enrol(actor, device, visit, site=SITE, label=""):
    with unit_of_work():
        uid, options = second_step.passkey_options(actor, site)
    with unit_of_work():
        return second_step.add_passkey(actor, site, uid, device.create(options), label=label, visit=visit)


def ask(site=SITE, of=None):
    with unit_of_work():
        return second_step.request_options(site, of)


@pytest.fixture
def mira(in_clinic, device, visit):
    made = make_user()
    enrol(as_actor(made), device, visit)
    return made


def test_a_passkey_signs_in_without_an_address_and_counts_as_two_factors(mira, device, visit):
    uid, options = ask()
    assert json.loads(options)["userVerification"] == "required" and not json.loads(options).get("allowCredentials")
    begun = sign_in.with_passkey(visit, SITE, uid, device.get(options))
    with unit_of_work(write=False):
        row = sessions.find(begun.token)
        assert (row.user_uid, row.stage, row.mfa) == (mira.uid, Stage.OPEN, True)
        assert second_step.passkeys_of(mira.uid)[0].last_used_at is not None


def test_new_passkeys_are_resident_and_ask_for_verification(in_clinic):
    made = make_user()
    with unit_of_work():
        _, options = second_step.passkey_options(as_actor(made), SITE)
    asked = json.loads(options)
    assert asked["rp"]["id"] == "harbour.test"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert "mira" not in json.dumps(asked["user"]["id"])


def test_an_answer_works_once(mira, device, visit):
    uid, options = ask()
    answer = device.get(options)
    sign_in.with_passkey(visit, SITE, uid, answer)
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, answer)


def test_an_old_challenge_is_refused(mira, device, visit):
    uid, options = ask()
    with time_machine.travel(clock.now() + timedelta(minutes=6)), pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_another_site_gets_nothing(mira, device, visit):
    uid, options = ask()
    device.origin = "https://harbour.test.example.org"
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_a_touch_without_verification_is_refused(mira, device, visit):
    device.verifies = False
    uid, options = ask()
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_a_copied_passkey_shows_by_its_count(mira, device, visit):
    for _ in range(2):
        uid, options = ask()
        sign_in.with_passkey(visit, SITE, uid, device.get(options))
    device.count = 0
    uid, options = ask()
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_a_passkey_of_one_clinic_opens_nothing_at_another(clinic, northside, scope, device, visit):
    with scope(clinic):
        enrol(as_actor(make_user()), device, visit)
    with scope(northside):
        make_user()
        uid, options = ask()
        with pytest.raises(Invalid):
            sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_staff_add_a_passkey_and_are_in(in_clinic, device, visit):
    made = make_user("amara@example.org", ("therapist",))
    with unit_of_work():
        begun = sessions.begin(made, visit, stage=Stage.SET_UP)
    with unit_of_work(write=False):
        who = sessions.actor_for(sessions.find(begun.token))
    entered = enrol(who, device, dataclasses.replace(visit, token=begun.token), label="my phone")
    assert entered.stage == Stage.OPEN
    with unit_of_work(write=False):
        assert sessions.find(begun.token) is None
        assert sessions.find(entered.token).mfa
        assert second_step.passkeys_of(made.uid)[0].label == "my phone"
    assert mails()[-1].template == "account_second_step_changed"


def test_a_passkey_passes_the_second_step_only_of_its_owner(in_clinic, device, visit):
    amara = make_user("amara@example.org", ("therapist",))
    other = make_user("noor@example.org", ("therapist",), app=True)
    enrol(as_actor(amara), device, visit)
    with unit_of_work():
        begun = sessions.begin(other, visit, stage=Stage.SECOND_STEP)
    waiting = dataclasses.replace(visit, token=begun.token)
    uid, options = ask(of=other.uid)
    with pytest.raises(Invalid):
        sign_in.with_second_passkey(waiting, SITE, uid, device.get(options))
    with unit_of_work():
        begun = sessions.begin(amara, visit, stage=Stage.SECOND_STEP)
    uid, options = ask(of=amara.uid)
    assert json.loads(options)["allowCredentials"]
    assert sign_in.with_second_passkey(dataclasses.replace(visit, token=begun.token), SITE, uid, device.get(options)).stage == Stage.OPEN


def test_staff_cannot_remove_their_last_second_step(in_clinic, device, visit):
    amara = make_user("amara@example.org", ("therapist",))
    enrol(as_actor(amara), device, visit)
    with unit_of_work():
        [passkey] = second_step.passkeys_of(amara.uid)
        with pytest.raises(Conflict):
            second_step.remove_passkey(as_actor(amara), passkey.uid)


def test_a_patient_renames_and_removes_a_passkey_and_others_cannot(mira, device, visit):
    stranger = make_user("noor@example.org")
    with unit_of_work():
        [passkey] = second_step.passkeys_of(mira.uid)
        for act in (lambda who: second_step.rename_passkey(who, passkey.uid, "x"), lambda who: second_step.remove_passkey(who, passkey.uid)):
            with pytest.raises(NotFound):
                act(as_actor(stranger))
        second_step.rename_passkey(as_actor(mira), passkey.uid, "library")
        assert passkey.label == "library"
        second_step.remove_passkey(as_actor(mira), passkey.uid)
    uid, options = ask()
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


def test_a_switched_off_account_has_no_working_passkey(mira, device, visit):
    with unit_of_work():
        disable_user(ADMIN, mira.uid)
        assert user(mira.uid).state == "disabled"
    uid, options = ask()
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, device.get(options))


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"id": 5}', '{"id": "AAAA"}', "null"])
def test_nonsense_is_refused_in_words(mira, visit, answer):
    uid, _ = ask()
    with pytest.raises(Invalid):
        sign_in.with_passkey(visit, SITE, uid, answer)
