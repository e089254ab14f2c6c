"""The reader's language and zone reach every word, with and without a web request."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from jinja2 import Environment

from vtclinic.core import formats, i18n
from vtclinic.core.pseudo import pseudo

MOMENT = datetime(2026, 12, 3, 18, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_november():
    with time_machine.travel(datetime(2026, 11, 26, 9, 0, tzinfo=UTC), tick=False):
        yield


@pytest.mark.parametrize(
    ("locale", "zone", "said"),
    [
        ("en", "Europe/Dublin", "Thursday 3 December, 18:30"),
        ("en_GB", "Europe/Madrid", "Thursday 3 December, 19:30"),
        ("en-IE", "Europe/Dublin", "Thursday 3 December, 18:30"),
        ("de", "Europe/Berlin", "Donnerstag, 3. Dezember, 19:30"),
        ("fr", "Europe/Paris", "jeudi 3 décembre, 19:30"),
        ("es", "Europe/Madrid", "jueves, 3 de diciembre, 19:30"),
        ("en_AU", "Australia/Lord_Howe", "Friday 4 December, 5:30\u202fam"),
        ("en_US", "America/New_York", "Thursday, December 3, 1:30\u202fPM"),
    ],
)
def test_day_and_time_are_written_the_readers_way(locale, zone, said):
    with i18n.locale_scope(locale, zone):
        assert formats.format_day_time(MOMENT).replace("5:30 am", "5:30\u202fam") == said


def test_a_far_day_shows_its_year_and_a_near_one_does_not():
    with i18n.locale_scope("en", "UTC"):
        assert formats.format_day(date(2028, 2, 1)) == "Tuesday 1 February 2028"
        assert formats.format_day(date(2026, 12, 3)) == "Thursday 3 December"
        assert formats.format_day_short(MOMENT) == "Thu 3 Dec"


@pytest.mark.parametrize("locale", ["ja", "hu", "pt_BR", "ru", "fa", "he", "ko", "zh", "lt", "lv"])
def test_no_locale_keeps_a_piece_of_the_year(locale):
    with i18n.locale_scope(locale, "UTC"):
        said = formats.format_day(date(2026, 12, 3))
    assert "2026" not in said and "٢٠٢٦" not in said
    assert said == said.strip(" ,.")


def test_near_days_are_called_today_tomorrow_yesterday():
    with i18n.locale_scope("en", "Europe/Madrid"):
        assert formats.format_when(datetime(2026, 11, 26, 17, 30, tzinfo=UTC)) == "Today at 18:30"
        assert formats.format_when(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == "Tomorrow at 00:30"
        assert formats.format_when(datetime(2026, 11, 25, 15, 40, tzinfo=UTC)) == "Yesterday, 16:40"
        assert formats.format_when(MOMENT, "Europe/Dublin") == "Thursday 3 December, 18:30"


def test_sums_show_cents_only_when_there_are_any():
    with i18n.locale_scope("en", "UTC"):
        assert formats.format_money(3500, "EUR") == "€35"
        assert formats.format_money(3550, "EUR") == "€35.50"
        assert formats.format_money(3500, "JPY") == "JP¥3,500"


def test_the_reader_is_forgotten_after_the_block():
    with i18n.locale_scope("ar_XB", "Europe/Paris"):
        assert i18n.gettext("Home") != "Home"
    assert i18n.gettext("Home") == "Home"


def test_unknown_names_from_outside_fall_back_to_english_and_utc():
    with i18n.locale_scope("xx_NOPE", "../../etc/passwd"):
        assert i18n.current_locale() == "en"
        assert str(i18n.current_timezone()) == "UTC"


def test_direction_and_language_of_the_page():
    assert (i18n.direction("ar_XB"), i18n.direction("fa"), i18n.direction("de")) == ("rtl", "rtl", "ltr")
    assert i18n.language_tag("en_IE") == "en-IE"


def test_pseudo_text_is_longer_and_keeps_placeholders_and_markup():
    source = 'Write to <a href="/x">%(name)s</a> by %(day)s. 100%% &amp; more'
    made = pseudo(source)
    for kept in ('<a href="/x">', "</a>", "%(name)s", "%(day)s", "%%", "&amp;"):
        assert kept in made
    assert "Write" not in made
    assert len(pseudo("Hello")) >= 7
    assert (made % {"name": "Amara", "day": "Friday"}).count("Amara") == 1


def test_templates_escape_values_and_keep_the_markup_of_the_message():
    environment = Environment(autoescape=True)
    i18n.install(environment)
    page = environment.from_string("{{ _('By <b>%(who)s</b>', who=who) }} {{ ngettext('%(num)s day', '%(num)s days', 2) }}")
    assert page.render(who="<script>") == "By <b>&lt;script&gt;</b> 2 days"


def test_lazy_words_are_translated_when_shown():
    label = i18n.lazy("Home")
    with i18n.locale_scope("ar_XB", "UTC"):
        assert str(label) == pseudo("Home")
    assert str(label) == "Home"
