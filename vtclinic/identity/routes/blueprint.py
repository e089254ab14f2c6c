"""The blueprint all pages of identity hang on, and how it is wired to an application."""

from __future__ import annotations

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from vtclinic.core.web import Edge
from vtclinic.identity import limits, visits

bp = Blueprint("identity", __name__, template_folder="../templates")


@bp.record_once
def wire(state: BlueprintSetupState) -> None:
    """Tell the edge who asks, and take the time-outs from the settings."""
    here: Edge = state.app.extensions["vt.edge"]
    here.load_clinic_actor, here.next_step = visits.load_actor, visits.next_step
    limits.configure(state.app.extensions["vt.house"].settings)
