"""The word list only ever adds: a look by a clinician and help for the author; it stops nothing, and keeps no words of its own."""

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as some
from sqlalchemy import select

from vtclinic.core.uow import session
from vtclinic.features.crisis import finding, language
from vtclinic.features.crisis.finding_models import WordFinding
from vtclinic.features.crisis.models import RiskAct
from vtclinic.features.intake import service as intake
from vtclinic.features.messaging import api as messaging
from vtclinic.features.messaging.models import Message

EXPLICIT = "Hello. Canary heron.\nI want to die, I think."
VEILED = "They would be better off without me."


@pytest.fixture
def write(people, sam, amara):
    """Let Sam write to Amara; returns the message's uid."""
    people.pair(sam, amara)

    def send(text, who=sam):
        actor = people.actor(who)
        with people.inside():
            thread = messaging.thread_for(people.actor(sam), sam, amara)
            return messaging.send(actor, thread.uid, text, f"client-{abs(hash(text))}-{who.hex}"[:60]).uid

    return send


@pytest.mark.parametrize(("text", "level"), [(EXPLICIT, "now"), (VEILED, "same_day")])
def test_words_of_danger_raise_a_task_of_their_own_and_explicit_ones_for_now(text, level, write, tasks, amara):
    write(text)
    (task,) = tasks()
    assert (task.kind, task.level, task.state, task.owner_uid) == ("words", level, "raised", amara)


def test_ordinary_words_idioms_and_what_a_therapist_writes_raise_nothing(write, tasks, amara):
    write("Can we move Thursday? The traffic is killing me.")
    write(EXPLICIT, amara)
    assert tasks() == []


def test_the_message_arrives_whole_and_its_author_gets_help_beside_it(write, people, sam, at):
    uid = write(EXPLICIT)
    with people.inside():
        message = session().get(Message, uid)
        assert message.body == EXPLICIT
        thread = message.thread_uid
    browser = at(sam)
    browser.get(f"/messages/{thread}")
    assert browser.says("Canary heron.", "Are you safe right now?", "Nothing is cancelled and you are not in trouble.", "A word list looks for words of danger")
    browser.get(f"/messages/{thread}/since/0")
    assert browser.says("Are you safe right now?")


def test_help_beside_a_message_is_for_its_author_only(write, people, amara, at):
    uid = write(EXPLICIT)
    with people.inside():
        thread = session().get(Message, uid).thread_uid
    browser = at(amara)
    browser.get(f"/messages/{thread}")
    assert "Are you safe right now?" not in browser.text


def test_more_words_join_the_open_task_and_can_make_it_more_urgent_but_never_less(write, tasks, people):
    write(VEILED)
    write(EXPLICIT)
    write("There is no way out for me.")
    (task,) = tasks()
    assert task.level == "now"
    with people.inside():
        assert [row.kind for row in session().scalars(select(RiskAct)) if row.kind == "more_words"] == ["more_words"] * 2


def test_words_after_a_closed_task_raise_a_new_one(write, tasks, amara, at):
    write(VEILED)
    browser = at(amara)
    browser.send(f"/risk/{tasks()[0].uid}/take")
    browser.send(f"/risk/{tasks()[0].uid}/act", kind="noted", words="Read it, a line of a song")
    assert browser.send(f"/risk/{tasks()[0].uid}/close", reason="read", words="A song") == 303
    write("I can't see a future with me in it.")
    assert [task.state for task in tasks()] == ["resolved", "raised"]


def test_whoever_has_the_task_reads_the_words_in_place_and_the_rule_that_fired(write, tasks, amara, at, people):
    write(EXPLICIT)
    browser = at(amara)
    browser.send(f"/risk/{tasks()[0].uid}/take")
    assert browser.says("Canary heron.", "die.wish", "en-2026.1", "It knows no meaning") and "<mark>want to die</mark>" in browser.text
    stranger = at(people.therapist("Nora Quinn"))
    stranger.get(f"/risk/{tasks()[0].uid}")
    assert stranger.status == 404


def test_that_no_danger_was_meant_closes_words_but_never_an_answer(sam, given, fill, tasks, amara, at):
    fill(sam, given(sam), "000000001")
    browser = at(amara)
    browser.send(f"/risk/{tasks()[0].uid}/take")
    browser.send(f"/risk/{tasks()[0].uid}/act", kind="called")
    assert browser.send(f"/risk/{tasks()[0].uid}/close", reason="read", words="Fine") == 422


def test_the_finding_holds_no_words_and_a_stolen_database_tells_no_rule(write, people, clinic):
    write(EXPLICIT)
    with people.inside():
        row = session().scalars(select(WordFinding)).one()
        assert {key for hit in row.hits for key in hit} == {"rule", "start", "end"}
    stored = b"".join(file.read_bytes() for file in clinic.files.parent.rglob("*") if file.is_file())
    assert b"Canary" not in stored and b"die.wish" not in stored


def test_own_words_of_the_first_questions_are_looked_at_and_names_are_not(people, sam, tasks, at):
    with people.inside():
        actor = people.actor(sam)
        intake.save(actor, "care", "yes")
        intake.save(actor, "name", "Want to die")
    assert tasks() == []
    asked = next(each for each in intake.QUESTIONS if each.is_read_by_word_list)
    with people.inside():
        intake.save(people.actor(sam), asked.key, EXPLICIT)
    assert [task.kind for task in tasks()] == ["words"]
    browser = at(sam)
    browser.get("/intake/pronouns")
    assert browser.says("Are you safe right now?")


def test_a_failure_while_looking_stores_neither_message_nor_task(write, tasks, people, monkeypatch):
    monkeypatch.setattr(finding.ladder, "begin", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(EXPLICIT)
    with people.inside():
        assert session().scalars(select(Message)).all() == []
    assert tasks() == []


@pytest.mark.parametrize(
    ("text", "rule", "context"),
    [
        ("I am not suicidal.", "suicide.thoughts", "denied"),
        ("My friend says she wants me to know that I should not worry, he will kill himself", "", ""),
        ("When I was seventeen I used to cut myself.", "selfharm.act", "past"),
        ("The song goes \"I want to die\".", "die.wish", "quoted"),
        ("My brother said they want to die.", "die.wish", "others"),
    ],
)
def test_context_silences_a_rule_and_says_which(text, rule, context):
    seen = language.scan(text)
    assert seen.hits == ()
    if rule:
        assert (rule, context) in seen.spared


@settings(max_examples=60, deadline=None)
@cases(some.text(max_size=200), some.sampled_from(["I want to kill myself", "i wnat to die", "I AM SUICIDAL"]), some.text(max_size=200))
def test_any_text_is_read_and_marks_lie_within_it(before, words, after):
    text = f"{before}\n{words}.\n{after}"
    for hit in language.scan(text).hits:
        assert 0 <= hit.start < hit.end <= len(text)
