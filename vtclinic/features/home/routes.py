"""The first pages."""

from __future__ import annotations

from flask import Blueprint, Response

from vtclinic.core.access import public, roles
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import CLINIC_ADMIN, MODERATOR, PATIENT, THERAPIST
from vtclinic.core.scope import current_clinic
from vtclinic.core.web import actor, edge, go, page
from vtclinic.features.home import guides, overview, patient, screens, today

bp = Blueprint("home", __name__, template_folder="templates")
FIRST_PAGE = {PATIENT: "home.patient_home", THERAPIST: "home.therapist_day", CLINIC_ADMIN: "home.clinic_overview"}


@bp.get("/")
@public
def front() -> Response:
    """Lead everybody to their first page; say hello to who is not signed in."""
    who = actor()
    if not who.known:
        return page("home/welcome.html", registration=current_clinic().registration)
    return go(edge().next_step(who) or FIRST_PAGE.get(who.role, "identity.account"))


@bp.get("/home")
@roles(PATIENT)
def patient_home() -> Response:
    """Show a patient's home."""
    return page("home/patient.html", home=patient.patient_home(actor()), how=screens.how, zone=str(current_timezone()))


@bp.get("/more")
@roles(PATIENT)
def more() -> Response:
    """Show a patient everything that has no place in the bar."""
    return page("home/more.html")


@bp.get("/today")
@roles(THERAPIST)
def therapist_day() -> Response:
    """Show a therapist's day."""
    return page("home/today.html", day=today.today(actor()), how=screens.how, place=screens.place, change=screens.change, is_worse=screens.is_worse)


@bp.get("/overview")
@roles(CLINIC_ADMIN)
def clinic_overview() -> Response:
    """Show a clinic admin what needs them."""
    return page("home/overview.html", view=overview.overview(actor()))


@bp.post("/first-steps/close")
@roles(PATIENT, THERAPIST, CLINIC_ADMIN, MODERATOR)
def close_guide() -> Response:
    """Put the first steps away for good."""
    guides.close(actor())
    return go("home.front")
