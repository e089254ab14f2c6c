"""What a clinic uses: non-commercial questionnaires need a promise, a line is asked and never inferred, closed questions stay closed."""

import pytest
from sqlalchemy import select

from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, Forbidden, NotFound
from vtclinic.core.uow import session
from vtclinic.features.progress import answering, catalogue, results, shelf
from vtclinic.features.progress.models import Response, ResponseState
from vtclinic.features.progress.models_catalogue import Attestation


@pytest.fixture
def ruth(people):
    return people.admin()


def promise(people, ruth, name="core-10"):
    with people.inside():
        shelf.attest(people.actor(ruth), name, shelf.TEXT_VERSION)


@pytest.mark.parametrize("name", ["who-5", "core-10"])
def test_a_non_commercial_questionnaire_is_off_until_an_admin_promises(name, sam, ruth, people, given, at):
    with pytest.raises(NotFound):
        given(sam, name)
    browser = at(ruth)
    browser.get("/questionnaires")
    assert browser.says("needs your promise", "WHO-5", "CORE-10", "CC BY-NC-ND 4.0")
    browser.get(f"/questionnaires/packs/{name}")
    assert browser.says("©", "It stays off until you promise")
    assert browser.send(f"/questionnaires/packs/{name}/attest", text_version="1") == 422
    assert browser.send(f"/questionnaires/packs/{name}/attest", text_version="1", promise="y") == 302 or browser.status == 200
    assert browser.says("Ruth Daly promised this on")
    assert given(sam, name)


def test_a_promise_keeps_who_when_and_which_text_and_stands_once(ruth, people):
    promise(people, ruth)
    promise(people, ruth)
    with people.inside():
        (row,) = session().scalars(select(Attestation))
        assert (row.instrument, row.text_version, row.attested_by, row.withdrawn_at) == ("core-10", "1", ruth, None)
        assert [each.action for each in session().scalars(select(AuditEntry).where(AuditEntry.subject == "attestation"))] == ["instrument.attested"]


def test_a_promise_to_an_old_text_is_not_taken(ruth, people):
    with people.inside(), pytest.raises(Conflict):
        shelf.attest(people.actor(ruth), "core-10", "0")


def test_a_promise_taken_back_closes_what_waits_and_keeps_the_results(sam, ruth, people, given, fill, at):
    promise(people, ruth)
    done = given(sam, "core-10")
    fill(sam, done, "0000000000")
    waiting = given(sam, "core-10")
    fill(sam, waiting, "12")
    at(ruth).send("/questionnaires/packs/core-10/withdraw")
    with people.inside():
        assert session().get(Response, waiting).state == ResponseState.CLOSED
        assert results.latest_scores([sam])[sam]["core-10"].total == 8
        with pytest.raises(NotFound):
            answering.assign(people.actor(sam), sam, "core-10")
    browser = at(sam)
    browser.get(f"/progress/questions/{waiting}/3")
    assert browser.says("These questions are closed", "Your 2 answers are kept.")
    assert browser.send(f"/progress/questions/{waiting}/3", value="1") == 409
    assert browser.send(f"/progress/questions/{waiting}/start") == 409
    promise(people, ruth)
    assert given(sam, "core-10")


def test_the_owners_line_stands_on_every_question(sam, ruth, people, given, at):
    promise(people, ruth)
    uid, browser = given(sam, "core-10"), at(sam)
    for path in ("", "/1", "/10"):
        browser.get(f"/progress/questions/{uid}{path}")
        assert browser.says("CORE-10 © CORE System Trust", "CC BY-NC-ND 4.0")


def test_core_10_item_6_is_a_risk_question(sam, ruth, people, given, fill):
    promise(people, ruth)
    browser = fill(sam, given(sam, "core-10"), "000001")
    assert browser.place.endswith("/support") and browser.says("Are you safe right now?")


@pytest.mark.parametrize(("who", "error"), [("sam", NotFound), ("amara", NotFound)])
def test_only_an_administrator_decides_what_is_used(who, error, request, people):
    uid = request.getfixturevalue(who)
    for act in (lambda me: shelf.shelf(me), lambda me: shelf.attest(me, "core-10", "1"), lambda me: shelf.switch(me, "pcl-5", on=False)):
        with people.inside(), pytest.raises((error, Forbidden)):
            act(people.actor(uid))


def test_a_questionnaire_that_is_switched_off_is_not_given_but_what_waits_can_be_answered(sam, ruth, people, given, at, fill):
    waiting = given(sam, "pcl-5")
    browser = at(ruth)
    browser.send("/questionnaires/packs/pcl-5/off")
    with people.inside():
        assert "pcl-5" not in catalogue.in_use()
        with pytest.raises(NotFound):
            catalogue.to_give("pcl-5")
    assert fill(sam, waiting, "1" * 20).place.endswith("/done")
    browser.send("/questionnaires/packs/pcl-5/on")
    assert given(sam, "pcl-5")


@pytest.mark.parametrize("name", ["phq-9", "gad-7", "epds"])
def test_what_everybody_is_asked_at_the_start_cannot_be_switched_off(name, ruth, at):
    assert at(ruth).send(f"/questionnaires/packs/{name}/off") == 404


def test_the_page_names_who_gives_it_and_no_patient(sam, amara, ruth, people, at):
    people.pair(sam, amara)
    with people.inside():
        answering.assign(people.actor(amara), sam, "pcl-5")
    browser = at(ruth)
    browser.get("/questionnaires")
    assert browser.says("1 time by Amara Okafor") and "Sam" not in browser.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("women", "The total reaches “The line for women”"),
        ("men", "The total is below “The line for men”"),
        ("none", "They did not say which line applies"),
    ],
)
def test_audit_c_asks_which_line_applies_and_holds_the_total_against_no_other(line, words, sam, amara, people, given, fill, at):
    people.pair(sam, amara)
    uid = given(sam, "audit-c")
    browser = fill(sam, uid, "120")
    assert browser.place.endswith("/which-line") and browser.says("Which line applies to you?", "We do not guess it.", "I prefer not to say")
    with people.inside():
        assert session().get(Response, uid).is_open
    assert browser.send(f"/progress/questions/{uid}/which-line", line="other") == 422
    browser.send(f"/progress/questions/{uid}/which-line", line=line)
    assert browser.place.endswith("/done")
    therapist = at(amara)
    therapist.get(f"/clients/{sam}/results/{uid}")
    assert therapist.says(words)


def test_the_line_can_be_changed_and_is_asked_of_no_other_questionnaire(sam, people, given, fill, at):
    uid = given(sam, "audit-c")
    browser = fill(sam, uid, "120")
    browser.send(f"/progress/questions/{uid}/which-line", line="men")
    browser.get(f"/progress/questions/{uid}/check")
    assert browser.says("Which line applies to you? The line for men")
    browser.send(f"/progress/questions/{uid}/which-line", line="women")
    with people.inside():
        assert session().get(Response, uid).line == "women"
    assert at(sam).send(f"/progress/questions/{given(sam)}/which-line", line="men") == 404


def test_a_result_says_whether_the_dsm_pattern_is_met(sam, amara, people, given, fill, at):
    people.pair(sam, amara)
    for digits, words in (("2" * 20, "The pattern of symptoms in DSM-5 is met."), ("2" * 15 + "10000", "The pattern of symptoms in DSM-5 is not met.")):
        uid = given(sam, "pcl-5")
        fill(sam, uid, digits)
        browser = at(amara)
        browser.get(f"/clients/{sam}/results/{uid}")
        assert browser.says(words, "The total reaches this line.")
