"""The one blueprint of staff, and what its views share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app

from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, page

bp = Blueprint("staff", __name__, template_folder="../templates", static_folder=None)


def me() -> UUID:
    """Return the uid of who is signed in."""
    uid = actor().uid
    assert uid is not None
    return uid


def most_mb() -> int:
    """Return how big an upload may be here."""
    found: int = current_app.extensions["vt.house"].settings.max_upload_mb
    return found


def page_apart(template: str, **context: Any) -> Response:
    """Render a page in a unit of work of its own, for views that open theirs."""
    with unit_of_work(write=False):
        return page(template, **context)
