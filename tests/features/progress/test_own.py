"""A clinic's own questionnaires: built without scripts, published as versions that never change, and exchanged as FHIR."""

import io
import json

import pytest
from fhir.resources.R4B import get_fhir_model_class

from vtclinic.core.errors import Conflict, Forbidden, Invalid, NotFound
from vtclinic.core.uow import session
from vtclinic.features.progress import answering, catalogue, fhir_export, fhir_import, own, results
from vtclinic.features.progress.chart import draw
from vtclinic.features.progress.instruments import load_packs, score
from vtclinic.features.progress.models_catalogue import PublishedQuestionnaire

FIELDS = {
    "name": "Sleep diary",
    "title": "How you sleep",
    "stem": "In the last week:",
    "notice": "Questions of Harbour.",
    "questions": "I fell asleep easily\nI woke up rested | 0 = Never | 3 = Always\nI thought of hurting myself",
    "answers": "0 = Never\n1 = Some nights\n2 = Most nights\n3 = Always",
    "reverse": "1",
    "scoring": "sum",
    "better": "lower",
    "bands": "0 = Good\n5 = Poor",
    "bands_source": "Our team, 2026",
    "risk": "3",
    "risk_from": "1",
    "risk_now": "2",
}


@pytest.fixture
def ruth(people):
    return people.admin()


@pytest.fixture
def build(ruth, at, people):
    """Build and publish one in the browser; a second call with its uid publishes what changed."""

    def make(uid=None, **changed):
        browser = at(ruth)
        if uid is None:
            browser.send("/questionnaires/own")
            uid = browser.place.rsplit("/", 1)[1]
        with people.inside():
            seen = own.own(people.actor(ruth), uid_of(uid)).row.edition
        browser.send(f"/questionnaires/own/{uid}", **{**FIELDS, "seen": seen, **changed})
        browser.get(f"/questionnaires/own/{uid}/preview")
        browser.send(f"/questionnaires/own/{uid}/publish", seen=seen + 1)
        return uid_of(uid)

    return make


def uid_of(text):
    return text if not isinstance(text, str) else __import__("uuid").UUID(text)


def test_one_is_built_previewed_published_given_and_scored(build, ruth, sam, people, fill, at):
    uid = build()
    name = f"own-{uid.hex}"
    with people.inside():
        pack = catalogue.in_use()[name]
        assert (len(pack.items), pack.version, pack.lowest, pack.highest) == (3, "1", 0, 9)
        assert score(pack, {1: 0, 2: 3, 3: 0}).total == 6 and score(pack, {1: 0, 2: 3, 3: 0}).band.text == "Poor"
        given = answering.assign(people.actor(sam), sam, name)
    browser = fill(sam, given, "330")
    assert browser.place.endswith("/done")
    with people.inside():
        view = results.latest_scores([sam])[sam][name]
        assert (view.total, view.band, view.title) == (3, "Good", "How you sleep")
    other = at(sam)
    with people.inside():
        again = answering.assign(people.actor(sam), sam, name)
    other.get(f"/progress/questions/{again}/3")
    assert other.says("This question is about dying or hurting yourself.")


def test_a_change_is_a_new_version_and_results_of_two_are_not_compared(build, sam, people, fill):
    uid = build()
    name = f"own-{uid.hex}"
    for questions, digits in ((FIELDS["questions"], "330"), (FIELDS["questions"] + "\nI slept too long", "3300")):
        build(uid, questions=questions)
        with people.inside():
            given = answering.assign(people.actor(sam), sam, name)
        fill(sam, given, digits)
    with people.inside():
        view = results.latest_scores([sam])[sam][name]
        assert (view.baseline, view.change) == (None, None)
        versions = session().query(PublishedQuestionnaire).order_by(PublishedQuestionnaire.number).all()
        assert [(row.version, len(row.data["items"])) for row in versions] == [("1", 3), ("2", 4)]
        assert len(catalogue.find(name, "1").items) == 3


def test_a_line_and_the_change_that_counts_are_drawn_and_said(build, sam, ruth, people, fill, at):
    name = f"own-{build(line='5', reliable='3', line_source='Our team, 2026').hex}"
    for digits in ("030", "330"):
        with people.inside():
            given = answering.assign(people.actor(sam), sam, name)
        fill(sam, given, digits)
    with people.inside():
        _waiting, series = results.my_progress(people.actor(sam), sam)
        change = series[0].latest.change
        assert (series[0].latest.baseline, series[0].latest.total, change.kind, change.recovered) == (6, 3, "improved", True)
        assert {shown.cut[1] for shown in draw(series[0])} == {"Cut-off: 5"}
    browser = at(ruth)
    browser.send("/questionnaires/own")
    browser.send(browser.place, **{**FIELDS, "seen": 0, "line": "99", "reliable": "0"})
    assert browser.says("cutoffs: line lies outside the totals 0 to 9.", "change: reliable must be 1 or more.")
    assert browser.send(browser.place, **{**FIELDS, "seen": 1, "line": "about five"}) == 422


def test_the_same_draft_is_published_once(build, people, ruth):
    uid = build()
    with people.inside():
        who = people.actor(ruth)
        edition = own.own(who, uid).row.edition
        assert own.publish(who, uid, seen=edition) == own.publish(who, uid, seen=edition) == "1"


def test_a_draft_with_faults_is_kept_and_named_and_cannot_be_published(build, people, ruth, at):
    browser = at(ruth)
    browser.send("/questionnaires/own")
    place = browser.place
    browser.send(place, **{**FIELDS, "seen": 0, "bands": "0 = Good\n99 = Poor", "risk": "9"})
    assert browser.says("Before it can be published", "bands: the last level begins above 9", "risk names item 9, which does not exist.")
    assert browser.send(f"{place}/publish", seen=1) == 422
    assert browser.send(place, **{**FIELDS, "seen": 1, "answers": "Never\n1 = Always"}) == 422
    assert browser.says("This line has none: Never")
    assert browser.send(place, **{**FIELDS, "seen": 0}) == 409


def test_only_an_administrator_builds(people, amara, sam, ruth):
    with people.inside():
        uid = own.begin(people.actor(ruth))
        for person in (amara, sam):
            who = people.actor(person)
            for act in (lambda me: own.all_own(me), lambda me: own.begin(me), lambda me: own.own(me, uid), lambda me: own.publish(me, uid, seen=0)):
                with pytest.raises((Forbidden, NotFound)):
                    act(who)


def test_publishing_what_somebody_else_changed_is_refused(people, ruth):
    with people.inside():
        who = people.actor(ruth)
        uid = own.begin(who)
        with pytest.raises(Conflict):
            own.publish(who, uid, seen=7)


@pytest.mark.parametrize("pack", load_packs().values(), ids=lambda pack: pack.id)
def test_every_shipped_questionnaire_is_valid_fhir_and_comes_back_with_its_words_and_values(pack, people):
    with people.inside():
        made = json.loads(json.dumps(fhir_export.bundle(pack)))
        get_fhir_model_class("Bundle").model_validate(made)
        questionnaire = made["entry"][0]["resource"]
        assert pack.notice in questionnaire["copyright"] and questionnaire["version"] == pack.version
        back = fhir_import.read(json.dumps(made).encode(), id="back")
    assert [item["text"] for item in back["items"]] == [item.text for item in pack.items]
    assert [[(a["value"], a["text"]) for a in item.get("answers") or back["answers"]] for item in back["items"]] == [[(a.value, a.text) for a in item.answers] for item in pack.items]


def test_phq_9_carries_its_loinc_codes_and_notice_and_others_the_clinics_own(people):
    with people.inside():
        phq = fhir_export.questionnaire(load_packs()["phq-9"])
        assert phq["code"][0] == {"system": "http://loinc.org", "code": "44249-1", "display": "Patient Health Questionnaire-9"}
        assert "Regenstrief" in phq["copyright"]
        assert phq["item"][9]["code"][0]["code"] == "44260-8" and phq["item"][1]["answerOption"][0]["valueCoding"]["code"] == "LA6568-5"
        pcl = fhir_export.questionnaire(load_packs()["pcl-5"])
        assert "code" not in pcl and pcl["item"][1]["code"][0]["system"].endswith("/fhir/CodeSystem/pcl-5")


def test_one_result_is_a_valid_response_with_the_total_as_an_observation(sam, amara, given, fill, people, at):
    people.pair(sam, amara)
    uid = given(sam)
    fill(sam, uid, "111111110")
    answer = at(amara).client.get(f"/clients/{sam}/results/{uid}/fhir")
    made = json.loads(answer.get_data(as_text=True))
    get_fhir_model_class("Bundle").model_validate(made)
    response, observation = (entry["resource"] for entry in made["entry"])
    assert len(response["item"]) == 9 and response["status"] == "completed"
    assert (observation["valueQuantity"]["value"], observation["code"]["coding"][0]["code"]) == (8, "44261-6")
    assert observation["derivedFrom"][0]["reference"] == made["entry"][0]["fullUrl"] == f"urn:uuid:{uid}"
    assert at(people.therapist("Tomas Vesely")).client.get(f"/clients/{sam}/results/{uid}/fhir").status_code == 404


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"x" * (256 * 1024 + 1), "too large"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"resourceType": "Questionnaire", "x": NaN}', "not JSON"),
        (b"[]", "not a FHIR Questionnaire"),
        (b'{"resourceType": "Patient"}', "not a FHIR Questionnaire"),
        (b'{"resourceType": "Bundle", "entry": [1, {"resource": 2}]}', "not a FHIR Questionnaire"),
        (b'{"resourceType": "Questionnaire", "item": 7}', "no question"),
        (b'{"resourceType": "Questionnaire", "item": [' + b'{"item": [' * 9 + b"]}" * 9 + b"]}", "nested too deeply"),
        (json.dumps({"resourceType": "Questionnaire", "item": [{"type": "choice", "text": str(n), "answerOption": [{}]} for n in range(101)]}).encode(), "more than 100"),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(raw, words, ruth, people):
    with people.inside(), pytest.raises(Invalid, match=words):
        own.begin(people.actor(ruth), raw)


def test_what_is_brought_in_is_a_draft_until_somebody_publishes_it(ruth, at, people):
    with people.inside():
        raw = json.dumps(fhir_export.bundle(load_packs()["gad-2"])).encode()
    browser = at(ruth)
    browser.get("/questionnaires/own")
    assert browser.send("/questionnaires/own/import", file=(io.BytesIO(b"{}"), "bad.json")) == 422
    browser.send("/questionnaires/own/import", file=(io.BytesIO(raw), "gad-2.json"))
    assert browser.says("It is here as a draft.", "Nobody sees it until you publish it.") and "0 = Not at all" in browser.text
    with people.inside():
        assert not [name for name in catalogue.in_use() if name.startswith("own-")]
