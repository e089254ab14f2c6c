"""The shell as a visitor receives it: help, a way out and a readable page, also when things go wrong."""

import re

import pytest


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 429, 500, 503])
def test_an_error_page_keeps_help_and_the_way_out(app, status):
    from vtclinic.core.pages import error_page

    with app.test_request_context("/", base_url="http://harbour.localhost"):
        html = error_page(status).get_data(as_text=True)
    assert html.count("data-leave") == 1
    assert html.count('class="vt-help"') == 1
    assert "<h1>" in html
    assert not re.search(r"\b(error|invalid|exception)\b", re.sub(r"<[^>]*>", " ", html), re.IGNORECASE)


def test_an_address_without_a_clinic_still_leads_to_help(client):
    answer = client.get("/", headers={"Host": "nobody.example"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "/help-now" in html


def test_help_now_opens_without_signing_in(client):
    answer = client.get("/help-now")
    assert answer.status_code == 200
    assert "tel:" in answer.get_data(as_text=True)
    assert "sha256-" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
