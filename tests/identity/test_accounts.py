"""Accounts in the hands of administrators, and what owners change themselves."""

import dataclasses
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import event, select

from tests.identity.conftest import PASSWORD, mails, make_user
from vtclinic.core import clock
from vtclinic.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from vtclinic.core.policy import SYSTEM, Actor
from vtclinic.core.uow import engines, unit_of_work
from vtclinic.identity import my_account, recovery, registration, second_step, service, sessions, sign_in
from vtclinic.identity.accounts import as_actor
from vtclinic.identity.jobs import sweep
from vtclinic.identity.models import Stage, User, UserState
from vtclinic.identity.my_account import Wishes
from vtclinic.identity.registration import Application

NEW = "another calm purple tram"


def admin():
    return as_actor(make_user("admin@example.org", ("clinic_admin",)))


def test_only_administrators_manage_accounts(in_clinic):
    user = make_user()
    for role in ("patient", "therapist", "moderator"):
        who = Actor(uid=uuid4(), role=role, roles=frozenset({role}))
        for act in (
            lambda who: service.create_user(who, email="x@example.org", name="X", roles=["patient"]),
            lambda who: service.invite_user(who, email="x@example.org", name="X", roles=["patient"]),
            lambda who: service.disable_user(who, user.uid),
            lambda who: service.enable_user(who, user.uid),
            lambda who: service.reset_second_step(who, user.uid),
            lambda who: service.send_invitation(who, user.uid),
            lambda who: service.list_users(who),
        ):
            with unit_of_work(), pytest.raises(Forbidden):
                act(who)


def test_an_address_has_one_account_per_clinic(in_clinic):
    make_user()
    with unit_of_work(), pytest.raises(Conflict):
        service.create_user(SYSTEM, email="MIRA@example.org", name="M", roles=["patient"])


@pytest.mark.parametrize("roles", [[], ["king"], ["patient", "therapist"]])
def test_roles_have_to_make_sense(in_clinic, roles):
    with unit_of_work(), pytest.raises(Invalid):
        service.create_user(SYSTEM, email="x@example.org", name="X", roles=roles)


def test_names_and_addresses_are_encrypted(in_clinic):
    user = make_user()
    with unit_of_work(write=False) as db:
        raw = db.connection().exec_driver_sql('SELECT email, name, email_index FROM "user"').one()
    assert b"mira" not in b"".join(raw) and user.name == "Mira Aalto" and user.preferred_name == "Mira"


def test_many_accounts_are_read_with_one_query(in_clinic):
    uids = [make_user(f"p{number}@example.org").uid for number in range(5)]
    asked = []
    engine = engines().get(in_clinic.database_url)
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with unit_of_work(write=False):
        assert set(service.users(uids)) == set(uids)
        assert service.users([]) == {}
    assert len(asked) == 1


def test_accounts_are_listed_by_name_role_and_state(in_clinic):
    who = admin()
    make_user()
    make_user("amara@example.org", ("therapist",), state=UserState.INVITED)
    with unit_of_work(write=False):
        assert [user.roles for user in service.list_users(who, role="patient")] == [["patient"]]
        assert [user.email for user in service.list_users(who, state="invited")] == ["amara@example.org"]
        with pytest.raises(NotFound):
            service.user(uuid4())


def test_switching_off_ends_sessions_and_links_and_can_be_undone(in_clinic, visit):
    who, user = admin(), make_user()
    recovery.ask(visit, user.email)
    link = mails()[-1].token
    with unit_of_work():
        service.disable_user(who, user.uid)
    with pytest.raises(Gone):
        recovery.reset(link, NEW)
    with unit_of_work():
        service.enable_user(who, user.uid)
    assert sign_in.with_password(visit, user.email, PASSWORD)


def test_administrators_cannot_lock_the_clinic_out(in_clinic):
    who = admin()
    with unit_of_work(), pytest.raises(Conflict):
        service.disable_user(who, who.uid)
    with unit_of_work(), pytest.raises(Conflict):
        service.disable_user(SYSTEM, who.uid)


def test_lost_second_steps_are_reset_by_an_administrator(in_clinic, visit):
    who, user = admin(), make_user("amara@example.org", ("therapist",), app=True)
    token = sign_in.with_password(visit, user.email, PASSWORD).token
    with unit_of_work():
        service.reset_second_step(who, user.uid)
    with unit_of_work(write=False):
        assert sessions.find(token) is None
    assert sign_in.with_password(visit, user.email, PASSWORD).stage == Stage.SET_UP
    assert mails()[-1].template == "account_second_step_changed"


def test_an_invitation_sent_again_ends_the_first(in_clinic, visit):
    with unit_of_work():
        user = service.invite_user(SYSTEM, email="amara@example.org", name="Amara", roles=["therapist"])
    with unit_of_work():
        service.send_invitation(SYSTEM, user.uid)
    first, second = mails()
    with pytest.raises(Gone):
        registration.accept_invitation(visit, first.token, Application("", "kf83hg92"))
    with time_machine.travel(clock.now() + timedelta(days=8)), pytest.raises(Gone):
        registration.accept_invitation(visit, second.token, Application("", "kf83hg92"))


def test_a_forgotten_password_is_replaced_and_every_session_ends(in_clinic, visit):
    user = make_user()
    token = sign_in.with_password(visit, user.email, PASSWORD).token
    recovery.ask(visit, user.email)
    link = mails()[0].token
    recovery.reset(link, NEW)
    with unit_of_work(write=False):
        assert sessions.find(token) is None
    with pytest.raises(Invalid):
        sign_in.with_password(visit, user.email, PASSWORD)
    assert sign_in.with_password(visit, user.email, NEW)
    with pytest.raises(Gone):
        recovery.reset(link, PASSWORD)
    assert mails()[-1].template == "account_password_changed"


def test_a_recovery_link_lasts_half_an_hour_and_stays_in_its_clinic(clinic, northside, scope, visit):
    with scope(clinic):
        make_user()
        recovery.ask(visit, "mira@example.org")
        link = mails()[0].token
        with time_machine.travel(clock.now() + timedelta(minutes=31)), pytest.raises(Gone):
            recovery.reset(link, NEW)
    with scope(northside):
        make_user()
        with pytest.raises(Gone):
            recovery.reset(link, NEW)


def test_a_link_serves_one_purpose(in_clinic, visit):
    make_user()
    recovery.ask(visit, "mira@example.org")
    with pytest.raises(Gone):
        sign_in.with_link(visit, mails()[0].token)


def test_recovery_does_not_pass_by_the_second_step(in_clinic, visit):
    user = make_user(app=True)
    recovery.ask(visit, user.email)
    recovery.reset(mails()[0].token, NEW)
    assert sign_in.with_password(visit, user.email, NEW).stage == Stage.SECOND_STEP


def test_recovery_says_nothing_about_accounts_and_is_throttled(in_clinic, visit):
    make_user()
    for email in ("mira@example.org", "nobody@example.org"):
        for _ in range(3):
            assert recovery.ask(visit, email) is None
        with pytest.raises(TooMany):
            recovery.ask(visit, email)


def test_a_weak_new_password_leaves_the_link_usable(in_clinic, visit):
    make_user()
    recovery.ask(visit, "mira@example.org")
    link = mails()[0].token
    with pytest.raises(Invalid):
        recovery.reset(link, "short")
    recovery.reset(link, NEW)


def test_a_changed_password_signs_the_other_devices_out(in_clinic, visit):
    user = make_user()
    here, there = (sign_in.with_password(visit, user.email, PASSWORD).token for _ in range(2))
    with unit_of_work(write=False):
        who = service.current_actor(here)
    my_account.change_password(who, NEW)
    with unit_of_work(write=False):
        assert sessions.find(here) and not sessions.find(there)
    assert mails()[-1].template == "account_password_changed"


def test_a_new_address_is_confirmed_and_both_are_told(in_clinic, visit):
    user = make_user()
    with unit_of_work():
        my_account.ask_email_change(as_actor(user), "mira@new.example")
    asked = mails()
    assert [(mail.to, mail.template) for mail in asked] == [
        ("mira@new.example", "account_new_address"),
        ("mira@example.org", "account_address_asked"),
    ]
    assert sign_in.with_password(visit, "mira@example.org", PASSWORD)
    with unit_of_work():
        my_account.confirm_email_change(asked[0].token)
    assert sorted(mail.to for mail in mails()[2:]) == ["mira@example.org", "mira@new.example"]
    assert sign_in.with_password(visit, "mira@new.example", PASSWORD)
    with pytest.raises(Invalid):
        sign_in.with_password(visit, "mira@example.org", PASSWORD)
    with unit_of_work(), pytest.raises(Gone):
        my_account.confirm_email_change(asked[0].token)


def test_asking_for_somebody_elses_address_tells_them_and_nobody_else(in_clinic):
    user, other = make_user(), make_user("noor@example.org")
    with unit_of_work():
        assert my_account.ask_email_change(as_actor(user), other.email) is None
    assert [(mail.to, mail.template) for mail in mails()] == [("noor@example.org", "account_exists"), ("mira@example.org", "account_address_asked")]


def test_an_address_taken_meanwhile_is_not_taken_twice(in_clinic):
    user = make_user()
    with unit_of_work():
        my_account.ask_email_change(as_actor(user), "noor@example.org")
    make_user("noor@example.org")
    link = mails()[0].token
    with unit_of_work(), pytest.raises(Conflict):
        my_account.confirm_email_change(link)


def test_wishes_are_kept_and_nonsense_is_refused(in_clinic):
    user = make_user()
    wishes = Wishes("Mi", "de", "Europe/Berlin", "dark", easier_letters=True)
    with unit_of_work():
        my_account.change_wishes(as_actor(user), wishes)
    with unit_of_work(), pytest.raises(Invalid):
        my_account.change_wishes(as_actor(user), dataclasses.replace(wishes, timezone="Mars/Base"))
    with unit_of_work(write=False):
        found = service.user(user.uid)
        assert (found.name, found.locale, found.timezone, found.appearance, found.easier_letters) == ("Mi", "de", "Europe/Berlin", "dark", True)


def test_half_signed_in_people_change_nothing(in_clinic, visit):
    user = make_user(app=True)
    token = sign_in.with_password(visit, user.email, PASSWORD).token
    with unit_of_work():
        who = sessions.actor_for(sessions.find(token))
        for act in (
            lambda: my_account.own(who),
            lambda: second_step.start_app(who),
            lambda: second_step.new_recovery_codes(who),
            lambda: my_account.end_all_sessions(who),
        ):
            with pytest.raises(NotFound):
                act()


def test_unconfirmed_accounts_hold_no_name_for_ever(in_clinic, visit):
    registration.register(visit, Application("mira@example.org", PASSWORD, adult=True, consents=True))
    with time_machine.travel(clock.now() + timedelta(days=8)):
        sweep(clinic="harbour")
    with unit_of_work(write=False) as db:
        assert db.scalars(select(User)).all() == []
