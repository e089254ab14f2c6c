"""An administrator of Harbour and their browser."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import People

FIELD = re.compile(r'<input type="color" name="([^"]+)" value="([^"]+)"')


@pytest.fixture
def ruth(people: People) -> UUID:
    """The clinic's administrator."""
    return people.admin()


@pytest.fixture
def desk(app: Flask, people: People, client: FlaskClient, ruth: UUID) -> FlaskClient:
    """Ruth's browser."""
    return people.sign_in(app, client, ruth)


def token_of(client: FlaskClient, path: str) -> str:
    """Read a page's CSRF token."""
    return client.get(path).text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def hidden(text: str, name: str) -> str:
    """Read a hidden field's value."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text)
    assert found
    return found[1]


def look_form(client: FlaskClient, **changes: str) -> dict[str, str]:
    """Fill the editor's form as it stands, with some changes."""
    text = client.get("/look").text
    values = dict(FIELD.findall(text))
    values |= {"csrf_token": hidden(text, "csrf_token"), "seen": hidden(text, "seen")}
    values |= {"headings": "figtree", "corners": "soft", "name": "Harbour", "patient": "patient", "patients": "patients", "therapist": "therapist", "therapists": "therapists"}
    return values | changes


def post(client: FlaskClient, path: str, *, page: str | None = None, **data: str):
    """Send a form the way a browser does."""
    return client.post(path, data={**data, "csrf_token": token_of(client, page or path)})
