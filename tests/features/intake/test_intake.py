"""The first questions: one a page, saved at once, nothing without a yes, then two questionnaires."""

import pytest
from sqlalchemy import select

from tests.features.progress.browsing import counted
from vtclinic.core.audit import AuditEntry
from vtclinic.core.uow import session
from vtclinic.features.intake import api
from vtclinic.features.intake.models import Consent, Intake, IntakeAnswer
from vtclinic.features.intake.questions import QUESTIONS
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

ANSWERS = {
    "care": {"value": "yes"},
    "sharing": {"value": "yes"},
    "name": {"value": "Sammy"},
    "pronouns": {"value": "they"},
    "languages": {"value": ["en", "ga"]},
    "born": {"day": "27", "month": "3", "year": "1990"},
    "place": {"country": "IE", "city": "Galway"},
    "problems": {"value": ["sleep", "worry"]},
    "words": {"value": "It began in spring.\nAfter the move."},
    "gender": {"value": ["woman"]},
    "style": {"value": ["calm"]},
    "formats": {"value": ["video", "audio"]},
    "times": {"value": ["evening"]},
    "musts": {"value": ["gender"]},
}


@pytest.fixture
def walk(sam, at):
    """Answer the questions in order, up to one if told; returns the browser."""

    def go(upto=None, **changes):
        browser = at(sam)
        browser.get("/intake")
        for key, fields in (ANSWERS | changes).items():
            if key == upto:
                break
            browser.send(f"/intake/{key}", **fields)
        return browser

    return go


def test_the_answers_are_sent_fill_the_record_and_lead_to_two_questionnaires(sam, walk, people):
    browser = walk()
    assert browser.place == "/intake/check"
    assert browser.says(
        "Check your answers", "Sammy", "English, Irish", "27 March 1990", "Galway, Ireland", "Worry, sleep", "A woman", "Send my answers"
    )
    browser.send("/intake/check")
    assert browser.place == "/intake/sent" and browser.says("Two sets of short questions about how you feel.")
    with people.inside():
        patient = records.patient(sam)
        assert (patient.preferred_name, patient.pronouns, patient.languages, patient.country, patient.city) == (
            "Sammy",
            "they",
            ["en", "ga"],
            "IE",
            "Galway",
        )
        assert patient.date_of_birth.isoformat() == "1990-03-27"
        assert [each.instrument for each in progress.open_questionnaires(sam)] == ["phq-9", "gad-7"]
        found = api.needs(sam)
    assert (found.country, found.languages, found.problems) == ("IE", {"en", "ga"}, {"sleep", "worry"})
    assert (found.musts, found.preferences, found.formats, found.times) == (
        {"gender": {"woman"}},
        {"style": {"calm"}},
        {"video", "audio"},
        {"evening"},
    )


def test_after_both_questionnaires_the_way_leads_to_therapists_who_fit(sam, walk, people, fill):
    walk().send("/intake/check")
    with people.inside():
        phq, gad = (each.uid for each in progress.open_questionnaires(sam))
        assert api.state(sam).next_endpoint == "intake.go_on"
    browser = fill(sam, phq, "111111111")
    browser.get(f"/progress/questions/{phq}/done")
    assert browser.says("There are more questions: Worry.")
    browser = fill(sam, gad, "1111111")
    assert browser.says("See therapists who fit you")
    with people.inside():
        state = api.state(sam)
        assert (state.finished, state.next_endpoint, state.done == state.total) == (True, "matching.choices", True)
        assert api.needs(sam).risk == 1


def test_nothing_is_needed_before_it_was_sent(sam, walk, people):
    walk()
    with people.inside():
        assert api.needs(sam) is None and not api.state(sam).sent


def test_each_answer_is_saved_and_goes_on_on_another_device(sam, walk, at):
    walk(upto="problems")
    phone = at(sam)
    phone.get("/intake")
    assert phone.place == "/intake/problems" and phone.says("Your 7 answers are saved.", "Question 8 of 13")
    phone.get("/intake/place")
    assert 'value="Galway"' in phone.text


def test_every_question_says_why_we_ask_and_who_sees_it(sam, walk):
    browser = walk()
    for question in QUESTIONS:
        browser.get(f"/intake/{question.key}")
        assert browser.status == 200 and browser.says(str(question.title), str(question.why), str(question.who))


def test_a_question_can_be_passed_over_but_not_the_ones_care_needs(sam, walk, at, people):
    passed = {key: {"pass": "1"} for key in ANSWERS if key not in ("care", "sharing", "languages", "place", "musts")}
    browser = walk(upto="musts", **passed)
    assert browser.place == "/intake/check" and browser.says("Skipped")
    for key in ("care", "sharing", "languages", "place"):
        assert browser.send(f"/intake/{key}", **{"pass": "1"}) == 422
        assert browser.says("We need this to go on.")
    browser.send("/intake/check")
    with people.inside():
        found = api.needs(sam)
        assert (found.born, found.problems, found.musts, found.preferences) == (None, frozenset(), {}, {})


def test_musts_are_asked_only_about_wishes_that_were_made(sam, walk):
    browser = walk(upto="musts", gender={"pass": "1"}, style={"pass": "1"})
    assert browser.place == "/intake/musts" and browser.says("The times") and "Who the therapist is" not in browser.text


def test_without_a_yes_it_stops_kindly_and_can_be_taken_up_again(sam, walk, people):
    browser = walk(upto="sharing", care={"value": "no"})
    assert browser.place == "/intake/stopped" and browser.says("Without this we cannot offer you care.", "Nothing was sent to anybody.")
    browser.send("/intake/check")
    assert browser.status == 409
    browser.send("/intake/care", value="yes")
    assert browser.place == "/intake/sharing"


def test_it_cannot_be_sent_half(sam, walk):
    browser = walk(upto="problems")
    assert browser.send("/intake/check") == 409


def test_sending_twice_gives_the_questionnaires_once(sam, walk, people):
    browser = walk()
    browser.send("/intake/check")
    browser.send("/intake/check")
    with people.inside():
        assert len(progress.open_questionnaires(sam)) == 2


def test_wishes_can_be_changed_afterwards_and_the_profile_has_its_own_page(sam, walk, people):
    browser = walk()
    browser.send("/intake/check")
    assert browser.send("/intake/gender?back=check", value=["man"]) == 303
    assert browser.place == "/intake/check" and browser.says("What you asked for", "A man") and "Sammy" not in browser.text
    with people.inside():
        assert api.needs(sam).musts == {"gender": {"man"}}
    browser.get("/intake/name")
    assert browser.status == 404


@pytest.mark.parametrize(
    ("key", "fields", "sentence"),
    [
        ("born", {"day": "31", "month": "2", "year": "1990"}, "Write a real day"),
        ("born", {"day": "1", "month": "2", "year": "90"}, "Check the year."),
        ("born", {"day": "1", "month": "2", "year": "2020"}, "You have to be 18 or older here."),
        ("place", {"country": "US", "city": "Boston"}, "Choose your state or province."),
        ("place", {"country": "IE", "region": "US-MA"}, "Choose a state or province of that country."),
        ("place", {"country": "ZZ"}, "Choose one of the answers shown."),
        ("problems", {"value": ["nonsense"]}, ""),
        ("name", {"value": "x" * 81}, "Use up to 80 letters."),
        ("languages", {}, "We need this to go on."),
    ],
)
def test_what_does_not_fit_is_refused_in_words(key, fields, sentence, sam, walk):
    browser = walk(upto=key)
    assert browser.send(f"/intake/{key}", **fields) == 422
    assert browser.says(sentence)


def test_consents_are_versioned_and_taken_back_as_easily_as_given(sam, walk, people):
    browser = walk()
    browser.get("/my-data/agreed")
    assert browser.says("You agreed", "May we care for you here?")
    browser.get("/my-data/agreed/care/take-back")
    assert browser.says("Without this we cannot offer you care.", "You can agree again at any time")
    browser.send("/my-data/agreed/care/take-back")
    assert browser.says("You took it back.", "Not agreed")
    with people.inside():
        assert not api.may_be_cared_for(sam)
    browser.send("/my-data/agreed/care")
    with people.inside():
        rows = session().scalars(select(Consent).where(Consent.kind == "care").order_by(Consent.given_at)).all()
        assert [(row.version, row.stands) for row in rows] == [("2026-1", False), ("2026-1", True)]
        assert api.may_be_cared_for(sam)


def test_consents_leave_audit_rows(sam, walk, people):
    walk()
    with people.inside():
        rows = session().scalars(select(AuditEntry).where(AuditEntry.action == "consent.give")).all()
        assert [(row.patient_uid, row.reason) for row in rows] == [(sam, "care 2026-1"), (sam, "sharing 2026-2")]
        assert session().scalars(select(AuditEntry).where(AuditEntry.action == "intake.answer")).first() is not None


def test_staff_have_no_way_in(amara, at):
    browser = at(amara)
    for path in ("/intake", "/intake/problems", "/my-data/agreed"):
        browser.get(path)
        assert browser.status == 403


def test_two_patients_never_meet(sam, walk, people, at):
    walk()
    other = at(people.patient("Kim Doyle"))
    other.get("/intake/problems")
    assert "checked" not in other.text


def test_a_stolen_database_shows_no_answer(sam, walk, clinic, people):
    walk(problems={"value": ["alcohol-drugs", "trauma"]}).send("/intake/check")
    for file in clinic.files.parent.rglob("*"):
        if file.is_file() and file.suffix != ".html":
            raw = file.read_bytes()
            assert not any(word in raw for word in (b"alcohol", b"trauma", b"Sammy", b"Galway", b"1990-03")), file
    with people.inside():
        assert {len(value) for value in session().scalars(select(IntakeAnswer.value_sealed))} == {
            min(len(v) for v in session().scalars(select(IntakeAnswer.value_sealed)))
        }
        assert session().get(Intake, sam).sent_at is not None


@pytest.mark.parametrize("path", ["/intake/problems", "/intake/check", "/my-data/agreed"])
def test_pages_cost_few_queries(path, sam, walk, clinic):
    browser = walk()
    with counted(clinic) as seen:
        assert browser.client.get(path).status_code == 200
    assert sum(statement.startswith("SELECT") for statement in seen) <= 8, "\n".join(seen)
