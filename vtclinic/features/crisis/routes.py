"""Risk tasks: the queue, one task, and what therapists do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from wtforms import SelectChoice

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.crisis import acting, reading, task_page
from vtclinic.features.crisis.forms import ActForm, CloseForm, HandOverForm
from vtclinic.features.crisis.models import TaskKind
from vtclinic.features.crisis.words import ACTS, LEVELS, REASONS, SOURCES, STATES
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

bp = Blueprint("crisis", __name__, url_prefix="/risk", template_folder="templates")
WORDS: dict[str, Any] = {"sources": SOURCES, "levels": LEVELS, "states": STATES, "acts": ACTS}


@bp.get("")
@roles(THERAPIST, CLINIC_ADMIN)
def queue() -> Response:
    """List what waits for a therapist; administrators see numbers only."""
    who = actor()
    if not who.is_therapist or who.role == CLINIC_ADMIN:
        numbers, late = reading.counts(who)
        return page("crisis/counts.html", numbers=numbers, late=late, **WORDS)
    closed = request.args.get("show") == "closed"
    return page("crisis/queue.html", tasks=reading.queue(who, closed=closed), closed=closed, **WORDS)


@bp.get("/<uuid:uid>")
@roles(THERAPIST)
def task(uid: UUID) -> Response:
    """Show one task."""
    return _task_page(uid)


@bp.post("/<uuid:uid>/take")
@roles(THERAPIST)
def take(uid: UUID) -> Response:
    """Own a task."""
    acting.take(actor(), uid)
    return go("crisis.task", uid=uid)


@bp.post("/<uuid:uid>/act")
@roles(THERAPIST)
def act(uid: UUID) -> Response:
    """Write down what was done."""
    form = ActForm()
    return _apply(uid, form, lambda: acting.act(actor(), uid, form.kind.data, form.words.data or ""))


@bp.post("/<uuid:uid>/hand-over")
@roles(THERAPIST)
def hand_over(uid: UUID) -> Response:
    """Give it to a colleague."""
    form = HandOverForm()
    form.to.validate_choice = False
    return _apply(uid, form, lambda: acting.hand_over(actor(), uid, _uid(form.to.data), form.words.data or ""), after="crisis.queue")


@bp.post("/<uuid:uid>/close")
@roles(THERAPIST)
def close(uid: UUID) -> Response:
    """Close it with a reason."""
    form = CloseForm()
    return _apply(uid, form, lambda: acting.close(actor(), uid, form.reason.data, form.words.data or ""))


def _apply(uid: UUID, form: ClinicForm, work: Callable[[], object], *, after: str = "") -> Response:
    if not form.validate():
        return _task_page(uid, form, status=422)
    try:
        work()
    except (Invalid, Conflict) as error:
        # The services raise before they change anything, so the page can be shown again in the same unit of work.
        form.take_errors(error if isinstance(error, Invalid) else Invalid(error.message))
        return _task_page(uid, form, status=error.status)
    return go(after) if after else go("crisis.task", uid=uid)


def _task_page(uid: UUID, refused: ClinicForm | None = None, *, status: int = 200) -> Response:
    found = task_page.task_page(actor(), uid)
    forms = {kind: refused if isinstance(refused, kind) else kind(formdata=None) for kind in (ActForm, HandOverForm, CloseForm)}
    hand = forms[HandOverForm]
    forms[CloseForm].reason.choices = [SelectChoice(code, one.words) for code, one in REASONS.items() if not one.only_words or found.task.kind == TaskKind.WORDS]
    hand.to.choices = [SelectChoice("", ""), *(SelectChoice(str(one.uid), one.name) for one in found.colleagues)]
    return page(
        "crisis/task.html",
        status=status,
        found=found,
        task=found.task,
        refused=refused,
        act_form=forms[ActForm],
        hand_form=hand,
        close_form=forms[CloseForm],
        about=progress.about,
        place_name=records.place_name,
        **WORDS,
    )


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
