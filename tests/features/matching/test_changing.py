"""Changing to somebody else: two presses, no talk about it, and the care one has goes on until new care begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.test_pages import hidden, text
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.uow import session
from vtclinic.features.matching import changing, service
from vtclinic.features.matching.models import BlockedPair, Change
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(datetime(2026, 11, 23, 8, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def amara(people):
    return works(people, people.therapist(), specialities=["worry"])


@pytest.fixture
def leila(people):
    return works(people, people.therapist("Leila Haddad"), specialities=["worry"])


@pytest.fixture
def sam(people, amara, leila):
    uid = people.patient()
    who = tell(people, uid)
    people.pair(uid, amara)
    return who


def test_two_presses_show_others_and_end_nothing(app, browse, people, sam, amara):
    browser = people.sign_in(app, browse(), sam.uid)
    assert "Look for somebody else" in text(browser.get("/therapists"))
    page = browser.get(f"/therapists/change/{amara}")
    shown = browser.post(f"/therapists/change/{amara}", data={"csrf_token": hidden(page, "csrf_token")}, follow_redirects=True)
    assert "You are looking for somebody else" in text(shown)
    assert "One therapist who fits" in text(shown)
    with people.inside():
        assert records.in_care(sam.uid, amara)
        assert session().scalars(select(Notification).where(Notification.to_uid == amara)).all() == []


def test_the_old_care_ends_in_the_transaction_in_which_new_care_begins(people, sam, amara, leila):
    with people.inside():
        changing.begin(sam, amara, reason="way")
    people.pair(sam.uid, leila)
    with people.inside():
        assert records.therapists_of(sam.uid) == [leila]
        row = session().scalars(select(Change)).one()
        assert (row.changed, row.reason) == (True, "way")
        assert b"way" not in row.reason_sealed
        assert [each.kind for each in session().scalars(select(Notification).where(Notification.to_uid == amara))] == ["matching.left"]


def test_care_with_a_second_therapist_ends_nothing_without_a_wish_to_change(people, sam, amara, leila):
    people.pair(sam.uid, leila)
    with people.inside():
        assert set(records.therapists_of(sam.uid)) == {amara, leila}


def test_staying_brings_back_everything_and_lifts_the_block(people, sam, amara):
    with people.inside():
        changing.begin(sam, amara, block=True)
        changing.begin(sam, amara, block=True)
        assert len(session().scalars(select(BlockedPair)).all()) == 1
        assert not service.may_choose(sam.uid, amara)
        changing.stay(sam)
        changing.stay(sam)
        assert service.may_choose(sam.uid, amara)


def test_a_blocked_pair_is_never_offered_again(people, sam, amara, leila):
    with people.inside():
        changing.begin(sam, amara, block=True)
    people.pair(sam.uid, leila)
    with people.inside():
        service.see_everybody(sam)
        assert service.choices(sam.uid) == [leila]
        assert not service.may_choose(sam.uid, amara)


def test_only_ones_own_therapist_can_be_changed_and_only_for_a_reason_from_the_list(people, sam, amara, leila):
    with people.inside():
        with pytest.raises(NotFound):
            changing.begin(sam, leila)
        with pytest.raises(Invalid):
            changing.begin(sam, amara, reason="Because of what I told you about my mother")
