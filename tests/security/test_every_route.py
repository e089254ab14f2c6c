"""Rules that hold for every route there is, whoever added it: taken from the application's own map."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from vtclinic.core.access import ANYWHERE, CLINIC, CONSOLE, access_of

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
FIXED = {"UUIDConverter", "IntegerConverter", "AnyConverter"}
HOSTS = {CLINIC: "harbour.test", CONSOLE: "console.test", ANYWHERE: "harbour.test"}
SAMPLES: dict[str, Callable[[], object]] = {"UUIDConverter": uuid4, "IntegerConverter": lambda: 7}


def sample(kind: object) -> object:
    """Return a value that a variable of this kind takes."""
    if isinstance(kind, AnyConverter):
        return sorted(kind.items)[0]
    return SAMPLES.get(type(kind).__name__, lambda: "x")()


def path_of(app: Flask, rule: Rule) -> str:
    """Fill a route's variables with things that do not exist."""
    values = {name: sample(kind) for name, kind in rule._converters.items()}
    with app.test_request_context(base_url="http://harbour.test"):
        return app.url_map.bind("harbour.test").build(rule.endpoint, values, method=next(iter(rule.methods - {"HEAD", "OPTIONS"})))


def routes(app: Flask) -> list[tuple[str, str, Rule]]:
    """List (method, path, rule) of everything but static files."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        found += [(method, path_of(app, rule), rule) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def host_of(app: Flask, rule: Rule) -> str:
    """Return the host a route is served on."""
    return HOSTS[access_of(app.view_functions[rule.endpoint]).space]


def test_a_stranger_gets_nothing_that_is_not_declared_public(app):
    wrong = []
    for method, path, rule in routes(app):
        access = access_of(app.view_functions[rule.endpoint])
        if access.public:
            continue
        app.config["WTF_CSRF_ENABLED"] = False
        answer = app.test_client().open(path, method=method, headers={"Host": host_of(app, rule), "Accept": "text/html"})
        to_sign_in = answer.status_code == 303 and "sign-in" in answer.headers["Location"]
        if not (answer.status_code == 401 or (to_sign_in and method == "GET")):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_nothing_is_changed_without_the_forms_token(app, people, browse):
    signed_in = {role: people.sign_in(app, browse(), make()) for role, make in (("patient", people.patient), ("therapist", people.therapist), ("clinic_admin", people.admin))}
    wrong = []
    for method, path, rule in routes(app):
        if method not in WRITING or host_of(app, rule) != "harbour.test":
            continue
        wrong += [(role, method, path, status) for role, browser in signed_in.items() if (status := browser.open(path, method=method).status_code) not in (400, 404, 405)]
    assert wrong == []


def test_every_answer_carries_the_guarding_headers(app, browse):
    wrong = []
    for method, path, rule in routes(app):
        answer = app.test_client().open(path, method=method, headers={"Host": host_of(app, rule), "Accept": "text/html"})
        headers = answer.headers
        policy = headers.get("Content-Security-Policy", "")
        fine = (
            "'unsafe" not in policy
            and "frame-ancestors 'none'" in policy
            and headers.get("X-Content-Type-Options") == "nosniff"
            and headers.get("Referrer-Policy") == "no-referrer"
            and ("no-store" in headers.get("Cache-Control", "") or rule.endpoint in {"tenants.help_now", "tenants.theme", "tenants.logo", "notifications.service_worker"})
        )
        if not fine:
            wrong.append((method, path, dict(headers)))
    assert wrong == []


@pytest.mark.parametrize("space", [CLINIC, CONSOLE])
def test_a_page_of_one_kind_of_host_does_not_exist_on_the_other(app, space):
    other = HOSTS[CONSOLE if space == CLINIC else CLINIC]
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for method, path, rule in routes(app):
        if access_of(app.view_functions[rule.endpoint]).space != space:
            continue
        answer = app.test_client().open(path, method=method, headers={"Host": other, "Accept": "text/html"})
        if answer.status_code != 404 and not (path == "/" and answer.headers.get("Location", "").startswith("/console")):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_no_route_has_a_place_for_words_in_its_address(app):
    wrong = []
    for rule in app.url_map.iter_rules():
        for name, kind in rule._converters.items():
            if type(kind).__name__ not in FIXED and name not in ("token", "secret") and (rule.endpoint, name) not in WORDS_IN_ADDRESSES:
                wrong.append((rule.endpoint, name))
    assert wrong == []


# Fixed words and our own short names, never anything a person wrote. What is called a token or a secret is one.
WORDS_IN_ADDRESSES: set[tuple[str, str]] = {
    ("static", "filename"),
    ("tenants.theme", "digest"),
    ("console.add_step", "name"),
    ("console.add_step_submit", "name"),
    ("closing.change", "day"),
    ("closing.work", "day"),
    ("intake.move_own", "key"),
    ("intake.own", "key"),
    ("intake.own_submit", "key"),
    ("intake.remove_own", "key"),
    ("progress.attest", "id"),
    ("progress.pack", "id"),
    ("progress.questionnaire_as_fhir", "id"),
    ("progress.switch", "id"),
    ("progress.withdraw", "id"),
    ("console.added", "slug"),
    ("console.change_state", "slug"),
    ("console.clinic", "slug"),
    ("console.confirm_state", "slug"),
    ("console.hosts", "slug"),
    ("console.hosts_submit", "slug"),
    ("console.registration", "slug"),
    ("console.registration_submit", "slug"),
    ("console.theme", "slug"),
    ("console.theme_submit", "slug"),
    ("intake.answer", "key"),
    ("intake.give", "kind"),
    ("intake.question", "key"),
    ("intake.take_back", "kind"),
    ("intake.take_back_page", "kind"),
    ("records.topic", "topic"),
    ("records.topic_submit", "topic"),
    ("staff.import_check", "draft"),
    ("staff.import_check_submit", "draft"),
}
