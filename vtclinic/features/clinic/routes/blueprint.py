"""The blueprint of the clinic's own settings."""

from __future__ import annotations

from flask import Blueprint, current_app

from vtclinic.tenants.instance import Instance

bp = Blueprint("clinic", __name__, template_folder="../templates")


def instance() -> Instance:
    """Return the installation this process serves."""
    found: Instance = current_app.extensions["vt.instance"]
    return found
