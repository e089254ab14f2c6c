"""Message pages; each works without JavaScript."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from wtforms import HiddenField, TextAreaField

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.ids import new_token
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.messaging import service, views
from vtclinic.features.progress import api as progress

bp = Blueprint("messaging", __name__, url_prefix="/messages", template_folder="templates")
both = roles(PATIENT, THERAPIST)
MOST_SHOWN = 100


class MessageForm(ClinicForm):
    """What the composer sends."""

    body = TextAreaField(_l("Your message"))
    client_id = HiddenField()


@bp.get("")
@both
def threads() -> Response:
    """List this person's threads."""
    shown = views.thread_views(actor(), service.inbox(actor())[:MOST_SHOWN])
    return page("messaging/threads.html", threads=shown, others=views.not_written_to(actor(), shown))


@bp.get("/<uuid:uid>")
@both
def thread(uid: UUID) -> Response:
    """Show the end of a thread, or the part before a message."""
    return _thread_page(uid, MessageForm(formdata=None, client_id=new_token(12)))


@bp.get("/<uuid:uid>/since/<int:seq>")
@both
def since(uid: UUID, seq: int) -> Response:
    """Return the bubbles after a message, for a browser that was told of new ones."""
    here = service.standing(actor(), uid)
    messages = service.read_messages(actor(), here, after=seq) if seq < here.thread.last_seq else []
    shown = views.message_views(actor(), messages)
    return page("messaging/bubbles.html", messages=shown, numbers=views.numbers_of(actor(), shown), about=progress.about, person=views.people_of(actor(), [here.thread])[uid])


@bp.post("/<uuid:uid>")
@both
def send(uid: UUID) -> Response:
    """Store a message, or keep the text as a draft when that button was pressed."""
    form = MessageForm()
    if "save_draft" in request.form:
        service.save_draft(actor(), uid, form.body.data or "")
        return go("messaging.thread", uid=uid, saved=1, _anchor="write")
    try:
        service.send_message(actor(), uid, form.body.data or "", form.client_id.data or "")
    except Invalid as error:
        form.take_errors(error)
        return _thread_page(uid, form, status=422)
    return go("messaging.thread", uid=uid, _anchor="latest")


@bp.post("/<uuid:uid>/draft")
@both
def draft(uid: UUID) -> Response:
    """Keep what is being written; returns the time it was saved."""
    saved = service.save_draft(actor(), uid, request.form.get("body", ""))
    return page("messaging/saved.html", saved_at=saved)


@bp.post("/with/<uuid:person>")
@both
def write_to(person: UUID) -> Response:
    """Open the thread with somebody in care."""
    who = actor()
    patient, therapist = (who.uid, person) if who.role == PATIENT else (person, who.uid)
    assert patient is not None
    assert therapist is not None
    found = service.open_thread(who, patient, therapist)
    return go("messaging.thread", uid=found.uid, _anchor="write")


def _thread_page(uid: UUID, form: MessageForm, *, status: int = 200) -> Response:
    who = actor()
    here = service.standing(who, uid)
    messages = service.read_messages(who, here, before=request.args.get("before", type=int))
    shown, may_write = views.message_views(who, messages), service.may_write(who, here)
    if here.draft is not None and not form.body.data:
        form.body.data = here.draft.body
    return page(
        "messaging/thread.html",
        status=status,
        thread=here.thread,
        person=views.people_of(who, [here.thread])[uid],
        messages=shown,
        numbers=views.numbers_of(who, shown),
        about=progress.about,
        earlier=messages[0].seq if messages and messages[0].seq > 1 else None,
        due=here.thread.reply_by,
        next_due=service.promised(here.thread, clock.now()) if who.is_patient and may_write and here.thread.reply_by is None else None,
        may_write=may_write,
        draft=here.draft,
        form=form,
    )
