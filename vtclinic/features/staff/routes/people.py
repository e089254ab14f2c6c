"""The office's list of people."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core.access import fresh, roles
from vtclinic.core.errors import ClinicError, Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, MODERATOR, PATIENT, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.staff import people as service
from vtclinic.features.staff.forms import AddForm
from vtclinic.features.staff.people import KINDS, SORTS, Query
from vtclinic.features.staff.routes.blueprint import bp
from vtclinic.identity import service as identity
from vtclinic.identity.models import UserState


@bp.get("/people")
@roles(CLINIC_ADMIN)
def people() -> Response:
    """List people and the states of their accounts."""
    query = _query()
    return page("staff/people.html", people=service.find_people(actor(), query), query=query, states=list(UserState), spoken_roles=spoken_roles)


@bp.get("/people/add")
@roles(CLINIC_ADMIN)
def add() -> Response:
    """Ask whom to invite."""
    return page("staff/add.html", form=AddForm(formdata=None, role=request.args.get("role")))


@bp.post("/people/add")
@roles(CLINIC_ADMIN)
def add_submit() -> Response:
    """Invite somebody."""
    form = AddForm()
    if form.validate():
        try:
            made = service.add_person(actor(), email=form.email.data or "", name=form.name.data or "", roles=[form.role.data])
            return go("staff.person", uid=made.uid, invited=1)
        except (Invalid, Conflict) as error:
            form.take_errors(Invalid(error.message, fields=getattr(error, "fields", {}) or {"email": error.message}))
    return page("staff/add.html", status=422, form=form)


@bp.get("/people/<uuid:uid>")
@roles(CLINIC_ADMIN)
def person(uid: UUID) -> Response:
    """Show one account."""
    user, line = service.view_person(actor(), uid)
    return page("staff/person.html", user=user, person=line, spoken_roles=spoken_roles, invited=request.args.get("invited") == "1", own=uid == actor().uid)


@bp.post("/people/<uuid:uid>/invite")
@roles(CLINIC_ADMIN)
def invite_again(uid: UUID) -> Response:
    """Mail the link again."""
    identity.send_invitation(actor(), uid)
    flash(_("Sent. The earlier link does not work any more."), "ok")
    return go("staff.person", uid=uid)


@bp.get("/people/<uuid:uid>/<any('switch-off', 'switch-on', 'new-second-step'):act>")
@roles(CLINIC_ADMIN)
@fresh
def confirm_act(uid: UUID, act: str) -> Response:
    """Explain an act on an account before it is done."""
    user, line = service.view_person(actor(), uid)
    return page("staff/confirm_act.html", user=user, person=line, act=act)


@bp.post("/people/<uuid:uid>/<any('switch-off', 'switch-on', 'new-second-step'):act>")
@roles(CLINIC_ADMIN)
@fresh
def do_act(uid: UUID, act: str) -> Response:
    """Do it."""
    acts = {
        "switch-off": (identity.disable_user, _("Switched off. All their sign-ins have ended.")),
        "switch-on": (identity.enable_user, _("Switched on. They can sign in again.")),
        "new-second-step": (identity.reset_second_step, _("Done. They set up a new second step at their next sign-in.")),
    }
    work, sentence = acts[act]
    try:
        work(actor(), uid)
        flash(sentence, "ok")
    except Conflict as refused:
        flash(_refusal(refused), "fix")
    return go("staff.person", uid=uid)


def spoken_roles(codes: tuple[str, ...]) -> str:
    """Return roles in words."""
    words = {PATIENT: _("Patient"), THERAPIST: _("Therapist"), CLINIC_ADMIN: _("Administrator"), MODERATOR: _("Moderator")}
    return ", ".join(words[code] for code in codes)


def _refusal(error: ClinicError) -> str:
    return error.message or _("This did not work. Nothing was changed.")


def _query() -> Query:
    given = request.args
    kind, state, sort = given.get("kind", ""), given.get("state", ""), given.get("sort", "name")
    return Query(
        kind=kind if kind in KINDS else "",
        state=state if state in set(UserState) else "",
        words=given.get("q", "").strip()[:80],
        sort=sort if sort in SORTS else "name",
        down=given.get("down") == "1",
        page=given.get("page", 1, type=int),
    )
