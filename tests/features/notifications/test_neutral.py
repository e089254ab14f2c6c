"""Nothing that leaves the app tells of care or names anybody: every mail, notice, line and calendar file, in every language."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from icalendar import Calendar

import vtclinic
from vtclinic.core import mail
from vtclinic.core.i18n import gettext, locale_scope, translated_locales
from vtclinic.core.pseudo import PSEUDO_LOCALE
from vtclinic.features.notifications import kinds
from vtclinic.features.notifications.neutral import NOTICE, SUBJECT, TITLE, line_offences, template_offences, word_offences
from vtclinic.features.scheduling.ics import Invitation, Method, appointment_ics

PACKAGE = Path(vtclinic.__file__).parent
MAILS = {path.stem: path for path in PACKAGE.rglob("templates/mail/*.txt")}
# What only people who work for a clinic get.
STAFF = {name for name in MAILS if re.search(r"staff|risk|credential|licence|escalat|duty|alarm", name)}
LOCALES = (*translated_locales(), PSEUDO_LOCALE)
VALUES = {
    "when": "Thursday 26 November, 14:00 (Dublin)",
    "whens": ["Thursday 26 November, 14:00 (Dublin)"],
    "until": "Wednesday 25 November, 12:00",
    "days": 30,
    **dict.fromkeys(("link", "url", "confirm", "cancel", "pass_url", "leave_url"), "http://harbour.test/x"),
}
# The pseudo-locale is longer by design.
LONGER = 1.8


def most(limit, locale):
    return int(limit * LONGER) if locale == PSEUDO_LOCALE else limit


@pytest.mark.parametrize("name", sorted(MAILS))
def test_a_mail_says_nothing_of_care_and_names_nobody(in_clinic, name):
    staff = name in STAFF
    assert template_offences(MAILS[name].read_text(encoding="utf-8"), staff=staff) == []
    for locale in LOCALES:
        with locale_scope(locale, "Europe/Dublin"):
            letter = mail.render(name, VALUES, named=False)
        body = letter.text.rsplit("\n\n", 1)[0]  # the foot with the way to help stands below each mail
        assert line_offences(letter.subject, locale, most=most(SUBJECT, locale), staff=staff) == [], (locale, letter.subject)
        assert word_offences(body, locale, staff=staff) == [], (locale, body)


def test_a_line_in_the_app_says_nothing_of_care(house):
    assert len(kinds.all_kinds()) >= 5
    for locale in LOCALES:
        with locale_scope(locale, "Europe/Dublin"):
            for kind in kinds.all_kinds():
                assert line_offences(str(kind.title), locale, most=most(TITLE, locale)) == [], (kind.name, locale)


def test_every_kind_of_news_names_a_mail_that_is_there(house):
    assert {kind.mail for kind in kinds.all_kinds() if kind.mail} - set(MAILS) == set()


def test_a_notice_says_nothing_at_all():
    for locale in LOCALES:
        with locale_scope(locale, "Europe/Dublin"):
            assert line_offences(gettext("You have a new notice"), locale, most=most(NOTICE, locale)) == []
    worker = (PACKAGE / "static/js/service-worker.js").read_text(encoding="utf-8")
    assert line_offences(re.search(r'WORDS = "(.+)"', worker)[1], most=NOTICE) == []


@pytest.mark.parametrize("method", list(Method))
def test_a_calendar_file_says_when_and_nothing_else(in_clinic, method):
    start = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
    for locale in LOCALES:
        with locale_scope(locale, "Europe/Dublin"):
            made = appointment_ics(
                Invitation(
                    uid=UUID(int=1),
                    start=start,
                    end=start + timedelta(minutes=50),
                    zone="Europe/Dublin",
                    sequence=0,
                    stamp=start,
                    organizer="no-reply@harbour.test",
                    attendee="sam@example.org",
                ),
                method=method,
            )
        (entry,) = Calendar.from_ical(made).events
        said = [str(entry[name]) for name in ("summary", "description", "location", "comment", "categories") if name in entry]
        assert [word for text in said for word in word_offences(text, locale)] == []
        assert len(said) == 1


BAD = [
    ("Your therapy session is tomorrow", "therap"),
    ("A new message from your counsellor", "counsel"),
    ("Your PHQ-9 is due", "phq"),
    ("Dr. Okafor, psychotherapist, wrote", "psych"),
    ("How is your mood today?", "mood"),
    ("The clinic wrote to you", "clinic"),
]


@pytest.mark.parametrize(("text", "stem"), BAD)
def test_the_linter_finds_words_that_tell(text, stem):
    assert stem in word_offences(text)


def test_the_linter_finds_words_of_other_languages_with_and_without_accents():
    assert word_offences("Ihre Sitzung beginnt", "de_DE") == ["sitzung"]
    assert word_offences("Votre séance commence", "fr") == ["seance"]
    assert word_offences("Su sesión empieza", "es") == ["sesion"]
    assert word_offences("جلستك مع المعالج", "ar") == [] or word_offences("جلسة", "ar") == ["جلسة"]


@pytest.mark.parametrize("text", ["%(name)s wrote to you", "A time with {name}", "Hello %s", "One line\nanother", "", "x" * 61])
def test_the_linter_finds_values_and_lines_of_a_wrong_shape(text):
    assert line_offences(text)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{{ _("Hello %(name)s", name=patient_name) }}', ["uses patient_name"]),
        ("{{ therapist.name }}", ["uses therapist"]),
        ("{{ clinic.name }}", ["uses clinic.name"]),
        ("{% for person in people %}{{ person }}{% endfor %}", ["uses people"]),
        ('{{ _("Your time: %(when)s.", when=when) }}[x]({{ link }})', []),
    ],
)
def test_the_linter_finds_values_that_could_carry_a_name(source, found):
    assert template_offences(source) == found


def test_staff_may_read_of_their_clinic_and_of_nothing_else():
    assert word_offences("Something at your clinic waits", staff=True) == []
    assert word_offences("A patient at your clinic waits", staff=True) == ["patient"]
    assert template_offences("{{ clinic.name }}", staff=True) == []


def test_names_in_capitals_and_accents_are_found_too():
    assert word_offences("DEPRESSION") == ["depress"]
    assert word_offences("Thérapie", "fr") == ["therap"]
