"""Pages that must answer for anybody, on any host."""

import pytest


@pytest.mark.parametrize("host", ["harbour.test", "console.test", "nobody.test"])
def test_help_now_opens_on_every_host_without_a_cookie(app, host):
    answer = app.test_client().get("/help-now", headers={"Host": host})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "script" not in answer.headers["Content-Security-Policy"]


def test_the_clinics_own_country_stands_first(app):
    page = app.test_client().get("/help-now", headers={"Host": "harbour.test"}).text
    assert page.index("116 123") < page.index("988")


def test_an_unknown_host_is_a_plain_page_with_help(app):
    answer = app.test_client().get("/", headers={"Host": "nobody.test"})
    assert answer.status_code == 404
    assert "/help-now" in answer.text


def test_a_clinics_stylesheet_is_kept_for_a_year(app, clinic):
    answer = app.test_client().get(f"/theme/{clinic.theme_css}.css", headers={"Host": "harbour.test"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_ready_tells_the_state_of_database_and_queue(app):
    assert app.test_client().get("/readyz").text == "ready\n"
    assert app.test_client().get("/healthz").text == "ok\n"
