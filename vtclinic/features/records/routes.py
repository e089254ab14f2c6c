"""A patient's own pages about themselves, and a therapist's pages about their clients."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import care, opened, policy, service
from vtclinic.features.records.forms import ClockForm, TopicForm
from vtclinic.features.records.models import Patient
from vtclinic.features.records.places import language_names, place_name
from vtclinic.features.records.profile import years_old
from vtclinic.features.records.sections import sections_of
from vtclinic.features.records.topics import TOPICS, contact_words, emergency_words
from vtclinic.identity import service as identity

bp = Blueprint("records", __name__, template_folder="templates", static_folder=None)


@bp.get("/profile")
@roles(PATIENT)
def profile() -> Response:
    """Show a patient every answer about themselves, each with a way to change it."""
    mine = _own()
    owner = identity.user(mine.uid)
    rows = [(key, str(topic.question), topic.answer(mine, owner)) for key, topic in TOPICS.items()]
    return page("records/profile.html", rows=rows)


@bp.get("/profile/<topic>")
@roles(PATIENT)
def topic(topic: str) -> Response:
    """Ask one question."""
    form = _form(topic)(formdata=None)
    mine = _own()
    form.fill(mine, identity.user(mine.uid))
    return _topic_page(topic, form)


@bp.post("/profile/<topic>")
@roles(PATIENT)
def topic_submit(topic: str) -> Response:
    """Keep one answer, or that it is left out."""
    form = _form(topic)()
    try:
        if "leave_out" in request.form and TOPICS[topic].may_leave_out:
            service.change_profile(actor(), _own_uid(), **form.left_out())
        elif not form.validate():
            return _topic_page(topic, form, status=422)
        elif isinstance(form, ClockForm):
            service.change_timezone(actor(), _own_uid(), form.timezone.data)
        else:
            service.change_profile(actor(), _own_uid(), **form.values())
    except Invalid as error:
        form.take_errors(error)
        return _topic_page(topic, form, status=422)
    flash(_("Saved. You can change it at any time."), "ok")
    return go("records.profile")


@bp.get("/my-data/opened")
@roles(PATIENT)
def who_opened() -> Response:
    """Tell a patient who opened their record."""
    own_too = request.args.get("mine") == "1"
    shown = opened.who_opened(actor(), _own_uid(), own_too=own_too, page=request.args.get("page", 1, type=int))
    return page("records/opened.html", shown=shown, own_too=own_too)


@bp.get("/clients")
@roles(THERAPIST)
def clients() -> Response:
    """List the clients in this therapist's care, or find some by name."""
    words = request.args.get("q", "").strip()[:80]
    return page("records/clients.html", clients=care.find_clients(actor(), words), words=words, place_name=place_name)


@bp.get("/clients/<uuid:uid>")
@roles(THERAPIST)
def client(uid: UUID) -> Response:
    """Show one client's file."""
    found = _client(uid)
    owner = identity.user(uid)
    sections = sections_of(actor(), found)
    return page(
        "records/client.html",
        uid=uid,
        name=service.called(found, owner),
        patient=found,
        owner=owner,
        age=years_old(found.date_of_birth, clock.now().date()) if found.date_of_birth else None,
        place=place_name(found.country, found.region, found.city),
        languages=", ".join(language_names(found.languages)),
        contact=contact_words(found),
        emergency=emergency_words(found),
        sections=sections,
        flags=[flag for section in sections for flag in section.flags],
    )


@bp.get("/clients/<uuid:uid>/end")
@roles(THERAPIST)
def end_care(uid: UUID) -> Response:
    """Explain what ending care means."""
    found = _client(uid)
    return page("records/end_care.html", uid=uid, name=service.called(found, identity.user(uid)))


@bp.post("/clients/<uuid:uid>/end")
@roles(THERAPIST)
def end_care_submit(uid: UUID) -> Response:
    """End this therapist's care for a client."""
    therapist = actor().uid
    assert therapist is not None
    name = service.called(_client(uid), identity.user(uid))
    care.end_care(actor(), uid, therapist)
    flash(_("Care for %(name)s has ended.", name=name), "ok")
    return go("records.clients")


def _client(uid: UUID) -> Patient:
    found = service.view_patient(actor(), uid)
    # A therapist who is a patient elsewhere in the house has no file about themselves here.
    authorize(actor(), policy.cares_for, found)
    return found


def _own_uid() -> UUID:
    uid = actor().uid
    assert uid is not None
    return uid


def _own() -> Patient:
    return service.view_patient(actor(), _own_uid())


def _form(topic: str) -> type[TopicForm]:
    if topic not in TOPICS:
        raise NotFound()
    return TOPICS[topic].form


def _topic_page(topic: str, form: TopicForm, *, status: int = 200) -> Response:
    return page("records/topic.html", status=status, key=topic, topic=TOPICS[topic], form=form)
