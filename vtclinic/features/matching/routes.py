"""The patient's page of therapists, and the clinic's list of who asked for help with choosing."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from vtclinic.core.access import roles
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT
from vtclinic.core.web import actor, go, page
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import asking, service, words
from vtclinic.features.matching.cards import cards, ways
from vtclinic.features.matching.models import RequestKind
from vtclinic.features.staff import api as staff

bp = Blueprint("matching", __name__, template_folder="templates")
patients = roles(PATIENT)
admins = roles(CLINIC_ADMIN)


@bp.get("/therapists")
@patients
def choices() -> Response:
    """Show the therapists who fit, or what stands in the way."""
    outcome = service.current(actor())
    if outcome is None:
        return _not_yet()
    shown = cards(outcome, _me())
    if shown:
        return page("matching/choices.html", outcome=outcome, cards=shown, title=words.heading(len(shown)))
    waits = asking.open_request(_me(), RequestKind.WAIT)
    return page("matching/nobody.html", outcome=outcome, ways=ways(outcome), waits=waits)


@bp.post("/therapists/others")
@patients
def others() -> Response:
    """Show three others."""
    service.show_others(actor())
    return go("matching.choices")


@bp.post("/therapists/everybody")
@patients
def everybody() -> Response:
    """Show everybody who fits again."""
    service.see_everybody(actor())
    return go("matching.choices")


@bp.post("/therapists/relax")
@patients
def relax() -> Response:
    """Match without one wish."""
    service.relax(actor(), request.form.get("wish", ""))
    return go("matching.choices")


@bp.get("/therapists/<uuid:uid>/not-for-me")
@patients
def confirm_pass(uid: UUID) -> Response:
    """Say what a no means."""
    return page("matching/not_for_me.html", therapist=staff.therapist(uid))


@bp.post("/therapists/<uuid:uid>/not-for-me")
@patients
def pass_over(uid: UUID) -> Response:
    """Never offer this therapist again."""
    service.pass_over(actor(), staff.therapist(uid).uid)
    return go("matching.choices")


@bp.get("/therapists/ask")
@patients
def ask() -> Response:
    """Say what asking a person means, or that it was asked."""
    return page("matching/ask.html", asked=asking.open_request(_me(), RequestKind.PERSON))


@bp.post("/therapists/ask")
@patients
def send_ask() -> Response:
    """Ask a person of the clinic."""
    asking.ask(actor(), RequestKind.PERSON)
    return go("matching.ask")


@bp.post("/therapists/wait")
@patients
def wait() -> Response:
    """Keep the wishes and wait."""
    asking.ask(actor(), RequestKind.WAIT)
    return go("matching.choices")


@bp.post("/therapists/wait/stop")
@patients
def stop_waiting() -> Response:
    """Wait no more."""
    asking.stop_waiting(actor(), RequestKind.WAIT)
    return go("matching.choices")


@bp.post("/therapists/ask/stop")
@patients
def stop_asking() -> Response:
    """Take the question back."""
    asking.stop_waiting(actor(), RequestKind.PERSON)
    return go("matching.ask")


@bp.get("/match-requests")
@admins
def waiting() -> Response:
    """Show the clinic who waits."""
    return page("matching/waiting.html", waiting=asking.waiting(actor()))


@bp.post("/match-requests/<uuid:uid>/close")
@admins
def close(uid: UUID) -> Response:
    """Note that somebody was helped."""
    asking.close_request(actor(), uid)
    return go("matching.waiting")


def _not_yet() -> Response:
    state = intake.state(_me())
    if state.sent:
        return page("matching/missing.html")
    return go(state.next_endpoint)


def _me() -> UUID:
    uid = actor().uid
    if uid is None:
        raise NotFound()
    return uid
