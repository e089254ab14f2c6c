"""The patient's page of therapists, and changing to somebody else."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from vtclinic.core.access import roles
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import PATIENT
from vtclinic.core.web import actor, go, page
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import asking, changing, notes, service, words
from vtclinic.features.matching.cards import cards, ways
from vtclinic.features.matching.models import RequestKind
from vtclinic.features.matching.routes.blueprint import bp
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

patients = roles(PATIENT)


@bp.get("/therapists")
@patients
def choices() -> Response:
    """Show the therapists who fit, or what stands in the way."""
    outcome = service.current(actor())
    if outcome is None:
        return _not_yet()
    shown, care = cards(outcome, _me()), service.my_care(actor())
    faces, leaving = list(staff.faces(care.carers).values()), care.leaving
    if shown:
        return page("matching/choices.html", outcome=outcome, cards=shown, title=words.heading(len(shown)), carers=faces, leaving=leaving)
    waits = asking.open_request(_me(), RequestKind.WAIT)
    note = notes.own(actor()) if waits else None
    return page("matching/nobody.html", outcome=outcome, ways=ways(outcome), waits=waits, carers=faces, leaving=leaving, note=note)


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


@bp.post("/therapists/wait/note")
@patients
def note() -> Response:
    """Let therapists who would fit see a note without a name, or let them no more."""
    asking.show_note(actor(), shown=request.form.get("shown") == "yes")
    return go("matching.choices")


@bp.get("/therapists/change/<uuid:uid>")
@patients
def change(uid: UUID) -> Response:
    """Say what looking for somebody else means."""
    return page("matching/change.html", therapist=_my_therapist(uid), reasons=changing.REASONS)


@bp.post("/therapists/change/<uuid:uid>")
@patients
def begin_change(uid: UUID) -> Response:
    """Look for somebody else."""
    changing.begin(actor(), uid, reason=request.form.get("reason", ""), block=bool(request.form.get("block")))
    return go("matching.choices")


@bp.post("/therapists/stay")
@patients
def stay() -> Response:
    """Stay with the therapist one has."""
    changing.stay(actor())
    return go("matching.choices")


def _my_therapist(uid: UUID) -> staff.Therapist:
    if not records.in_care(_me(), uid):
        raise NotFound()
    return staff.therapist(uid)


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
