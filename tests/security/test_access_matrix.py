"""The access matrix: every route, every role, as a person's browser would try it."""

from __future__ import annotations

import pytest

from tests.security.matrix import CONSOLE, MATRIX, PUBLIC
from tests.security.test_every_route import routes

ROLES = ("patient", "therapist", "clinic_admin")
REFUSED = {403, 404}


def test_every_route_has_a_place_in_the_matrix(app):
    placed = {*PUBLIC, *CONSOLE, *MATRIX, "static"}
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert there - placed == set(), "say in tests/security/matrix.py who may reach these"
    assert placed - there == set(), "these routes are gone; take them out of the matrix"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_its_own_routes_and_no_other(app, people, browse, role):
    app.config["WTF_CSRF_ENABLED"] = False
    make = {"patient": people.patient, "therapist": people.therapist, "clinic_admin": people.admin}[role]
    uid = make()
    reader = people.sign_in(app, browse(), uid)
    wrong = []
    # Pages first: what is posted may end every sign-in of this person.
    for method, path, rule in sorted(routes(app), key=lambda route: route[0]):
        if rule.endpoint not in MATRIX:
            continue
        browser = reader if method == "GET" else people.sign_in(app, browse(), uid)
        answer = browser.open(path, method=method)
        refused = answer.status_code in REFUSED
        allowed = role in MATRIX[rule.endpoint]
        if allowed and (answer.status_code in {401, 403} or answer.status_code >= 500):
            wrong.append((method, path, answer.status_code, "should be let in"))
        if not allowed and not refused:
            wrong.append((method, path, answer.status_code, "should be refused"))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_sign_in_at_one_clinic_is_worth_nothing_at_another(app, people, browse, role):
    make = {"patient": people.patient, "therapist": people.therapist, "clinic_admin": people.admin}[role]
    here = people.sign_in(app, browse(), make())
    token = here.get_cookie("vt", domain="harbour.test")
    there = browse("northside")
    there.set_cookie("vt", token.value, domain="northside.test")
    for path in ("/account", "/messages", "/home", "/today", "/overview"):
        answer = there.get(path)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]

