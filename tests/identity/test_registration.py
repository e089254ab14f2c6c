"""Opening an account."""

import dataclasses

import pytest

from tests.identity.conftest import PASSWORD, mails, make_user
from vtclinic.core import events
from vtclinic.core.errors import Forbidden, Gone, Invalid, TooMany
from vtclinic.core.policy import SYSTEM
from vtclinic.core.scope import enter_scope
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import my_account, registration, service, sessions, sign_in
from vtclinic.identity.accounts import as_actor
from vtclinic.identity.addresses import user_at
from vtclinic.identity.models import Stage, UserState
from vtclinic.identity.news import PatientRegistered
from vtclinic.identity.registration import Application
from vtclinic.identity.sessions import Visit

WANTED = Application("mira@example.org", PASSWORD, "Mira", adult=True, consents=True)


@pytest.fixture
def heard(monkeypatch):
    news = []
    monkeypatch.setitem(events._handlers, PatientRegistered, [news.append])
    return news


def test_a_patient_registers_confirms_and_is_in(in_clinic, visit, heard):
    token = registration.register(visit, WANTED)
    assert heard == []
    [mail] = mails()
    assert (mail.to, mail.template) == ("mira@example.org", "account_confirm")
    begun = registration.confirm(dataclasses.replace(visit, token=token), mail.token)
    assert begun.stage == Stage.OPEN and begun.token != token
    with unit_of_work(write=False):
        user = user_at("MIRA@example.org")
        assert (user.state, user.roles) == (UserState.ACTIVE, ["patient"])
        assert user.consented_at is not None
        assert service.current_actor(begun.token).uid == user.uid
        assert sessions.find(token) is None
    assert [news.user_uid for news in heard] == [user.uid]


def test_profile_and_account_come_together_or_not_at_all(in_clinic, visit, monkeypatch):
    def refuse(_news):
        raise Invalid("no")

    monkeypatch.setitem(events._handlers, PatientRegistered, [refuse])
    token = registration.register(visit, WANTED)
    with pytest.raises(Invalid):
        registration.confirm(dataclasses.replace(visit, token=token), mails()[0].token)
    with unit_of_work(write=False):
        assert user_at(WANTED.email).state == UserState.UNCONFIRMED


def test_an_address_with_an_account_gets_another_mail_and_the_same_answer(in_clinic, visit):
    make_user("mira@example.org")
    token = registration.register(visit, WANTED)
    assert isinstance(token, str) and len(token) == 43
    assert [mail.template for mail in mails()] == ["account_exists"]
    with unit_of_work(write=False):
        assert sessions.find(token) is None


def test_nobody_confirms_an_account_opened_with_their_address_without_its_password(in_clinic, visit, heard):
    registration.register(Visit(place="203.0.113.9"), WANTED)
    link = mails()[0].token
    for password in ("", "another password of mine"):
        with pytest.raises(Invalid):
            registration.confirm(visit, link, password)
    with unit_of_work():
        registration.disown(link)
    with unit_of_work(write=False):
        assert user_at(WANTED.email) is None


def test_another_browser_confirms_with_the_password(in_clinic, visit, heard):
    registration.register(Visit(place="203.0.113.9"), WANTED)
    assert registration.confirm(visit, mails()[0].token, PASSWORD).stage == Stage.OPEN


def test_who_registers_again_before_confirming_replaces_what_was_there(in_clinic, visit, heard):
    first = registration.register(visit, WANTED)
    registration.register(visit, dataclasses.replace(WANTED, password="another calm purple tram"))
    old, new = mails()
    with pytest.raises(Gone):
        registration.confirm(dataclasses.replace(visit, token=first), old.token)
    with pytest.raises(Invalid):
        registration.confirm(dataclasses.replace(visit, token=first), new.token)


@pytest.mark.parametrize("missing", ["adult", "consents"])
def test_age_and_consent_have_to_be_stated(in_clinic, visit, missing):
    with pytest.raises(Invalid) as refused:
        registration.register(visit, dataclasses.replace(WANTED, **{missing: False}))
    assert list(refused.value.fields) == [missing]
    assert mails() == []


@pytest.mark.parametrize("mode", ["invitation", "closed"])
def test_a_clinic_may_keep_registration_to_itself(clinic, visit, mode):
    with enter_scope(dataclasses.replace(clinic, registration=mode)), pytest.raises(Forbidden):
        registration.register(visit, WANTED)


def test_a_mailbox_cannot_be_flooded(in_clinic, visit):
    for _ in range(3):
        registration.register(visit, WANTED)
    with pytest.raises(TooMany):
        registration.register(visit, WANTED)


def test_the_same_address_at_two_clinics_is_two_people(clinic, northside, scope, visit, heard):
    with scope(clinic):
        token = registration.register(visit, WANTED)
        link = mails()[0].token
    with scope(northside):
        with pytest.raises(Gone):
            registration.confirm(dataclasses.replace(visit, token=token), link)
        with unit_of_work(write=False):
            assert user_at(WANTED.email) is None
        make_user("mira@example.org")
    with scope(clinic), unit_of_work(write=False):
        assert user_at(WANTED.email).state == UserState.UNCONFIRMED


def test_an_unconfirmed_account_signs_nobody_in_but_mails_the_link_again(in_clinic, visit):
    registration.register(visit, WANTED)
    assert sign_in.with_password(visit, WANTED.email, PASSWORD).stage == Stage.CONFIRM
    assert [mail.template for mail in mails()] == ["account_confirm"] * 2


def test_staff_come_in_by_invitation_and_have_to_add_a_second_step(in_clinic, visit):
    with unit_of_work():
        user = service.invite_user(SYSTEM, email="amara@example.org", name="Amara Osei", roles=["therapist"])
    [mail] = mails()
    begun = registration.accept_invitation(visit, mail.token, Application("", "kf83hg92", "Amara Osei"))
    assert begun.stage == Stage.SET_UP
    with unit_of_work(write=False):
        who = sessions.actor_for(sessions.find(begun.token))
        assert (who.uid, who.roles) == (user.uid, frozenset())
        assert not service.current_actor(begun.token).known
    with pytest.raises(Gone):
        registration.accept_invitation(visit, mail.token, Application("", "kf83hg92", "Amara Osei"))


def test_an_invited_patient_consents_too(in_clinic, visit, heard):
    with unit_of_work():
        service.invite_user(SYSTEM, email="mira@example.org", name="Mira", roles=["patient"])
    assert len(heard) == 1
    link = mails()[0].token
    with pytest.raises(Invalid):
        registration.accept_invitation(visit, link, Application("", PASSWORD, "Mira"))
    assert registration.accept_invitation(visit, link, dataclasses.replace(WANTED, email="")).stage == Stage.OPEN
    assert len(heard) == 1


def test_the_welcome_is_noted_once(in_clinic):
    user = make_user()
    with unit_of_work():
        registration.note_welcome(my_account.own(as_actor(user)))
    with unit_of_work(write=False):
        assert service.user(user.uid).welcomed_at is not None


