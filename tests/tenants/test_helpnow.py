"""Help stays reachable: complete, small, free of everything that could fail."""

import gzip
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from vtclinic.core.errors import Invalid
from vtclinic.tenants import helpnow
from vtclinic.tenants.helpnow import HelpLine, HelpNowContext

# Every country of the design's list.
COUNTRIES = ["US", "CA", "GB", "IE", "AU", "NZ", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "SE", "NO", "DK", "FI", "PL", "PT", "JP", "KR", "CN", "HK", "TW", "SG", "IN", "MY", "BR", "MX", "AR", "ZA", "IL"]


def context(**changes):
    return HelpNowContext(**{"name": "Harbour", "country": "IE", "leave_url": "https://weather.example/", **changes})


def page(**changes):
    return helpnow.build_help_now(context(**changes)).decode()


def test_every_country_of_the_design_is_there():
    assert sorted(helpnow.countries()) == sorted(COUNTRIES)


def test_every_line_says_where_it_is_from_and_is_checked_within_180_days():
    for country in helpnow.countries().values():
        assert country.emergency
        for line in country.lines:
            assert line.source_url.startswith("https://"), line
            assert line.grade in ("A", "B")
            assert line.verified_on < line.review_by <= line.verified_on + timedelta(days=180)
            assert line.languages


def test_lines_past_their_check_are_named():
    assert helpnow.stale_lines(date(2026, 12, 1)) == []
    assert len(helpnow.stale_lines(date(2027, 6, 1))) == sum(len(country.lines) for country in helpnow.countries().values())
    mine = HelpLine("Own", "123", review_by=date(2026, 1, 1))
    assert helpnow.stale_lines(date(2026, 12, 1), (mine,)) == [("", mine)]


def test_lines_without_an_official_source_are_named():
    assert ("IE", "Pieta") in {(code, line.name) for code, line in helpnow.unproven_lines()}
    assert "DE" not in {code for code, _ in helpnow.unproven_lines()}


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_clinics_country_comes_first_with_its_emergency_number(country):
    html = page(country=country)
    first = html.split('<ul class="big">')[1].split("</ul>")[0]
    for number in helpnow.countries()[country].emergency[:1]:
        assert f'href="tel:{number}"' in first
    for other in set(COUNTRIES) - {country}:
        for number in helpnow.countries()[other].emergency:
            assert f"tel:{number}" in html


@pytest.mark.parametrize("locale", ["en", "ar_XB"])
def test_the_page_is_small_and_needs_nothing(locale):
    body = helpnow.build_help_now(context(locale=locale))
    assert len(gzip.compress(body)) <= 14 * 1024
    html = body.decode()
    assert not re.search(r"<script|<link|<img|<iframe|\son[a-z]+=|\sstyle=|@import|url\(", html)
    assert set(re.findall(r'href="(https?://[^"]+)"', html)) == {"https://weather.example/", "https://findahelpline.com"}


def test_the_policy_allows_exactly_the_style_of_the_page():
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL).group(1)
    import base64
    import hashlib

    assert helpnow.help_now_csp_hash() == "'sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() + "'"


def test_the_made_up_language_reads_from_the_right_and_leaves_no_plain_words():
    html = page(locale="ar_XB")
    assert 'dir="rtl"' in html
    for words in ("Get help now", "Leave quickly", "Day and night", "France", "Life in danger"):
        assert words not in html


def test_a_clinic_adds_lines_but_cannot_hide_any():
    html = page(own_lines=(HelpLine("Harbour night line", "+353 1 000 0000", hours="18:00-08:00"),))
    assert 'href="tel:+35310000000"' in html
    assert "From 18:00 to 08:00." in html
    for number in ("116123", "112", "1800247247"):
        assert f'href="tel:{number}"' in html


def test_an_unknown_country_still_offers_a_number_and_the_public_list():
    html = page(country="XX")
    assert 'href="tel:112"' in html
    assert "https://findahelpline.com" in html


def test_a_clinics_words_are_escaped():
    assert "<script>" not in page(name="<script>alert(1)</script>", open_hours="<b>", phone="+353 1")


@pytest.fixture
def clinic(tmp_path):
    return SimpleNamespace(
        name="Harbour", country="IE", locale="en_IE", timezone="Europe/Dublin", leave_url="https://weather.example/", files=tmp_path
    )


def test_the_page_is_written_whole_and_can_be_read_by_the_web_server(clinic):
    file = helpnow.refresh_help_now(clinic)
    assert file == clinic.files / "public" / "help-now.html"
    assert file.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in file.parent.iterdir()) == ["help-now.ar_XB.html", "help-now.en.html", "help-now.html"]


def test_a_clinics_own_file_is_read_and_its_mistakes_are_named(clinic):
    own = clinic.files / helpnow.OWN
    own.write_text('open_hours = "Monday to Friday, 08:00 to 20:00"\nphone = "+353 00 000 0000"\n[[lines]]\nname = "Night"\nnumber = "555 00"\n')
    html = helpnow.refresh_help_now(clinic).read_text()
    assert "Monday to Friday" in html
    assert 'href="tel:55500"' in html
    before = Path(clinic.files / "public" / "help-now.html").read_bytes()
    for bad in ('[[lines]]\nname = "x"\n', '[[lines]]\nname = "x"\nnumber = "112"\n', '[[lines]]\nname = "x"\nnumber = "call me"\n', "[[lines"):
        own.write_text(bad)
        with pytest.raises(Invalid):
            helpnow.refresh_help_now(clinic)
    assert (clinic.files / "public" / "help-now.html").read_bytes() == before


@pytest.mark.parametrize("kind", helpnow.PLAIN)
def test_pages_without_an_application_lead_to_help_and_share_the_style(kind):
    html = helpnow.build_plain_page(kind, locale="ar_XB").decode()
    assert 'href="/help-now"' in html
    assert re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1) == re.search(r"<style>(.*?)</style>", page(), re.DOTALL).group(1)
    assert "<script" not in html


def test_the_shipped_plain_pages_are_the_built_ones():
    folder = Path(__file__).resolve().parents[2] / "vtclinic" / "static" / "plain"
    assert {file.stem: file.read_bytes() for file in folder.glob("*.html")} == {kind: helpnow.build_plain_page(kind) for kind in helpnow.PLAIN}
