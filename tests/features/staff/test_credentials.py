"""Licences: checked by somebody else, good until their last day, where they hold."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.features.staff.conftest import claim
from vtclinic.core import clock
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, Forbidden, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import api, credentials
from vtclinic.features.staff.uploads import Upload

PDF = Upload(b"%PDF-1.4 canary evidence", "application/pdf")


def today():
    return clock.now().date()


def bookable(uid, country="IE", region="", on=None) -> bool:
    with unit_of_work(write=False):
        return api.can_be_booked(uid, country, on or today(), region=region)


def mails() -> list[str]:
    with unit_of_work(write=False) as db:
        return list(db.scalars(select(OutboxMail.template).order_by(OutboxMail.uid)))


def test_booking_waits_for_somebody_to_check_the_licence(amara, noor, handed_in):
    assert not bookable(amara.uid)
    with unit_of_work():
        credentials.approve(noor, handed_in)
    assert bookable(amara.uid)


def test_a_licence_holds_through_its_last_day(amara, noor, handed_in):
    with unit_of_work():
        credentials.approve(noor, handed_in)
    last = today() + timedelta(days=400)
    assert bookable(amara.uid, on=last)
    assert not bookable(amara.uid, on=last + timedelta(days=1))


def test_a_licence_holds_where_it_was_given(amara, noor, handed_in):
    with unit_of_work():
        credentials.approve(noor, handed_in)
    assert bookable(amara.uid, "IE", "D")
    assert not bookable(amara.uid, "GB")


def test_a_regions_licence_does_not_cover_the_country(amara, noor):
    with unit_of_work():
        uid = credentials.hand_in(amara, amara.uid, claim(country="US", region="CA"), None).uid
        credentials.approve(noor, uid)
    assert bookable(amara.uid, "US", "CA")
    assert not bookable(amara.uid, "US", "NY")
    assert not bookable(amara.uid, "US")


def test_the_licence_that_lasts_longest_is_found_first(amara, noor):
    with unit_of_work():
        for days in (100, 300, 200):
            credentials.approve(noor, credentials.hand_in(amara, amara.uid, claim(number=str(days), expires_on=today() + timedelta(days=days)), None).uid)
    with unit_of_work(write=False):
        assert api.licence_for(amara.uid, "IE", "", today()).number == "300"
        assert [one.number for one in api.credentials_of([amara.uid])[amara.uid]] == ["300", "200", "100"]


def test_asking_again_blocks_booking_and_says_what_is_missing(amara, noor, handed_in):
    with unit_of_work():
        credentials.ask_again(noor, handed_in, "The last page is missing.")
    assert not bookable(amara.uid)
    with unit_of_work(write=False):
        assert credentials.view_credential(amara, handed_in).asked == "The last page is missing."
    with unit_of_work():
        credentials.hand_in_again(amara, handed_in, claim(number="PSI-2"), PDF)
    with unit_of_work():
        credentials.approve(noor, handed_in)
    assert bookable(amara.uid)


def test_a_decision_is_made_once(noor, handed_in):
    with unit_of_work():
        credentials.approve(noor, handed_in)
    for act in (lambda: credentials.approve(noor, handed_in), lambda: credentials.ask_again(noor, handed_in, "No.")):
        with unit_of_work(), pytest.raises(Conflict):
            act()


def test_nobody_approves_their_own_while_there_is_somebody_else(make, noor):
    both = make("Sam Byrne", "therapist", "clinic_admin")
    with unit_of_work():
        uid = credentials.hand_in(both, both.uid, claim(), None).uid
    with unit_of_work(), pytest.raises(Conflict, match="your own"):
        credentials.approve(both, uid)
    with unit_of_work():
        credentials.approve(noor, uid)


def test_somebody_alone_in_a_practice_may_and_it_is_noted(make):
    alone = make("Sam Byrne", "therapist", "clinic_admin")
    with unit_of_work():
        uid = credentials.hand_in(alone, alone.uid, claim(), None).uid
    with unit_of_work():
        credentials.approve(alone, uid)
    with unit_of_work(write=False) as db:
        row = db.scalar(select(AuditEntry).where(AuditEntry.action == "credential.approved"))
        assert row.reason == "own, only administrator"


@pytest.mark.parametrize("act", [lambda who, uid: credentials.approve(who, uid), lambda who, uid: credentials.ask_again(who, uid, "x"), lambda who, uid: credentials.queue(who)])
def test_only_administrators_decide(amara, maya, handed_in, act):
    for who in (amara, maya):
        with unit_of_work(), pytest.raises(Forbidden):
            act(who, handed_in)


def test_others_do_not_see_that_a_licence_exists(make, maya, handed_in):
    for who in (maya, make("Tomas Keane", "therapist")):
        for act in (credentials.view_credential, credentials.read_evidence, credentials.withdraw):
            with unit_of_work(), pytest.raises(NotFound):
                act(who, handed_in)


def test_evidence_is_stored_encrypted_and_every_look_is_noted(amara, noor, in_clinic):
    with unit_of_work():
        uid = credentials.hand_in(amara, amara.uid, claim(), PDF).uid
    with unit_of_work(write=False):
        assert credentials.read_evidence(noor, uid) == PDF
    kept = [path.read_bytes() for path in in_clinic.files.rglob("*") if path.is_file()]
    assert all(b"canary" not in content and b"PSI-12345" not in content for content in kept)
    with unit_of_work(write=False) as db:
        assert "credential.evidence-read" in db.scalars(select(AuditEntry.action)).all()


def test_withdrawing_deletes_the_document(amara, in_clinic):
    with unit_of_work():
        uid = credentials.hand_in(amara, amara.uid, claim(), PDF).uid
    with unit_of_work():
        credentials.withdraw(amara, uid)
    assert [path for path in (in_clinic.files / "files").rglob("*") if path.is_file()] == []


def test_a_checked_licence_cannot_be_changed_or_withdrawn(amara, noor, handed_in):
    with unit_of_work():
        credentials.approve(noor, handed_in)
    with unit_of_work(), pytest.raises(Conflict):
        credentials.withdraw(amara, handed_in)
    with unit_of_work(), pytest.raises(Conflict):
        credentials.hand_in_again(amara, handed_in, claim(), None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"number": " "}, "number"), ({"country": "XX"}, "country"), ({"country": "IE", "region": "CA"}, "region"), ({"register": ""}, "register")],
)
def test_a_claim_that_cannot_be_is_refused_beside_its_field(amara, changes, field):
    with unit_of_work(), pytest.raises(Invalid) as refused:
        credentials.hand_in(amara, amara.uid, claim(**changes), None)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("days", [-1, 366 * 16])
def test_the_last_day_is_today_or_within_reach(amara, days):
    with unit_of_work(), pytest.raises(Invalid) as refused:
        credentials.hand_in(amara, amara.uid, claim(expires_on=today() + timedelta(days=days)), None)
    assert set(refused.value.fields) == {"expires_on"}


def test_the_queue_shows_what_waits_first_then_what_runs_out(amara, noor):
    with time_machine.travel("2026-11-20", tick=False), unit_of_work():
        late = credentials.hand_in(amara, amara.uid, claim(number="late", expires_on=today() + timedelta(days=900)), None)
        soon = credentials.hand_in(amara, amara.uid, claim(number="soon", expires_on=today() + timedelta(days=50)), None)
        over = credentials.hand_in(amara, amara.uid, claim(number="over", expires_on=today() + timedelta(days=1)), None)
        for row in (late, soon, over):
            credentials.approve(noor, row.uid)
    with time_machine.travel("2026-11-25", tick=False):
        with unit_of_work():
            credentials.hand_in(amara, amara.uid, claim(number="new"), None)
        with unit_of_work(write=False):
            assert [(why, row.number) for why, row in credentials.queue(noor)] == [("waiting", "new"), ("expired", "over"), ("soon", "soon"), ("verified", "late")]
        with unit_of_work(write=False):
            assert [row.number for _, row in credentials.queue(noor, "soon")] == ["soon"]
            assert credentials.count_waiting() == 1


def test_the_right_people_get_a_mail_that_names_nothing(amara, noor, handed_in):
    assert mails() == ["credential_waits"]
    with unit_of_work():
        credentials.approve(noor, handed_in)
    assert mails() == ["credential_waits", "credential_checked"]


def test_the_owner_is_reminded_once_in_the_last_month(amara, noor, handed_in):
    with unit_of_work():
        credentials.approve(noor, handed_in)
    with unit_of_work():
        assert credentials.remind_of_expiry() == 0
    with time_machine.travel(clock.now() + timedelta(days=375), tick=False):
        with unit_of_work():
            assert credentials.remind_of_expiry() == 1
        with unit_of_work():
            assert credentials.remind_of_expiry() == 0
    assert mails()[-1] == "credential_runs_out"
