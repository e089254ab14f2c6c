"""Pages for patients can be read by a ten-year-old, and nothing scolds, hurries or jokes."""

import re

import pytest
from babel.messages.extract import extract_from_file

from tests.interface.pages import PACKAGE, TEMPLATES, name
from tests.interface.reading import grade, sentences, syllables

LONGEST_SENTENCE = 15
HARDEST_GRADE = 6.0
ENOUGH_WORDS = 40  # a grade of fewer words says nothing

STAFF = ("console/", "features/clinic/", "features/staff/", "features/records/")
NEVER = re.compile(
    r"!|\b(please|simply|just|oops|sorry|invalid|unable|failed|expired|appointment slots?|providers?|inbox|assessment|hurry|emoji|click)\b",
    re.IGNORECASE,
)
NEVER_FOR_ANYBODY = re.compile(r"!|\b(please|oops|HIPAA compliant|clinically validated|no risk)\b", re.IGNORECASE)


def messages(path):
    found = extract_from_file("jinja2", path, options={"silent": "false"})
    for _line, message, _comments, _context in found:
        yield from [message] if isinstance(message, str) else [part for part in message if part]


def is_for_patients(path):
    source = path.read_text()
    return not name(path).startswith(STAFF) and '{% extends "staff.html" %}' not in source and "templates/mail/" not in name(path)


PATIENT_PAGES = [path for path in TEMPLATES if is_for_patients(path) and any(messages(path))]


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=name)
def test_sentences_are_short(path):
    long = [" ".join(line) for message in messages(path) for line in sentences(message) if len(line) > LONGEST_SENTENCE]
    assert long == []


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=name)
def test_a_ten_year_old_can_read_it(path):
    said = list(messages(path))
    if sum(len(line) for message in said for line in sentences(message)) >= ENOUGH_WORDS:
        assert grade(said) <= HARDEST_GRADE


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=name)
def test_the_tone_is_calm(path):
    assert [message for message in messages(path) if NEVER.search(message)] == []


def test_no_page_claims_what_we_cannot_know_or_shouts():
    wrong = [(name(path), message) for path in TEMPLATES for message in messages(path) if NEVER_FOR_ANYBODY.search(message)]
    assert wrong == []


def test_the_words_of_the_service_code_are_calm_too():
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        found = extract_from_file("python", path, keywords={"_": None, "lazy": None, "gettext": None, "ngettext": (1, 2)})
        for _line, message, _comments, _context in found:
            parts = [message] if isinstance(message, str) else message
            wrong += [(path.name, part) for part in parts if part and NEVER_FOR_ANYBODY.search(part)]
    assert wrong == []


@pytest.mark.parametrize(("word", "count"), [("help", 1), ("message", 2), ("saved", 1), ("emergency", 4), ("people", 2), ("needed", 2)])
def test_syllables_are_counted_about_right(word, count):
    assert syllables(word) == count


def test_a_hard_text_is_told_from_an_easy_one():
    easy = ["Write to Amara. She reads it today. You can change it later."]
    hard = ["Notwithstanding the aforementioned considerations, appropriate psychotherapeutic interventions necessitate authorisation."]
    assert grade(easy) < 4 < 12 < grade(hard)
