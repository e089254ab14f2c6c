"""Pages about times that come again, for both people: the list, planning with a preview, one series, its calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import screens
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.series import calendar_file as files
from vtclinic.features.scheduling.series import filling, lookup, making, planning, policy, words
from vtclinic.features.scheduling.series.forms import PlanForm, PressForm
from vtclinic.features.scheduling.series.lookup import Time
from vtclinic.features.scheduling.series.making import Choices
from vtclinic.features.scheduling.series.models import Series, Why
from vtclinic.features.scheduling.series.planning import Draft, Preview
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, user, users

bp = Blueprint("regular", __name__, url_prefix="/regular-times", template_folder="../templates")
both = roles(PATIENT, THERAPIST)


@bp.get("")
@both
def index() -> Response:
    """List what waits for an answer and what runs, and with whom one can plan."""
    me = _me()
    rows = lookup.of_therapist(me) if actor().is_therapist else lookup.of_patient(me)
    others = records.caseload(me) if actor().is_therapist else records.therapists_of(me)
    people = users({*others, *(other_of(row) for row in rows)})
    with_whom = sorted((people[uid] for uid in others if uid in people), key=lambda person: person.name)
    return page("series/index.html", rows=[(row, people.get(other_of(row))) for row in rows], people=with_whom, words=words, may_answer=_may_answer)


@bp.get("/new/<uuid:other_uid>")
@both
def new(other_uid: UUID) -> Response:
    """Ask when, how often and how long."""
    therapist, person = _pair(other_uid)
    form = _plan_form(therapist, person.timezone, request.args if request.args else None)
    return page("series/new.html", form=form, other=person if actor().is_therapist else therapist.user)


@bp.get("/new/<uuid:other_uid>/check")
@both
def check(other_uid: UUID) -> Response:
    """Show what would come of it, before anything is booked."""
    return _check(other_uid)


@bp.post("/new/<uuid:other_uid>/check")
@both
def make(other_uid: UUID) -> Response:
    """Book it, or ask the other person."""
    therapist, person = _pair(other_uid)
    form = _plan_form(therapist, person.timezone, request.args)
    pattern = form.pattern()
    if pattern is None or not PressForm().validate():
        return _check(other_uid)
    try:
        series = making.plan(actor(), _draft(therapist, person.uid, form), _choices(), agreed=request.form.get("agreed") == "yes")
    except (Invalid, NotBookable) as refused:
        return _check(other_uid, refused)
    return go("regular.show", uid=series.uid)


@bp.get("/<uuid:uid>")
@both
def show(uid: UUID) -> Response:
    """Show one: its times, or what would come of it while it waits."""
    series = lookup.seen(actor(), uid)
    record(actor(), "series.read", "series", uid, patient_uid=series.patient_uid)
    if series.is_open:
        return _waiting(series)
    times = lookup.coming(series)
    return page("series/show.html", series=series, times=times, what=screens.what, **around(series, times))


@bp.post("/<uuid:uid>/accept")
@both
def accept(uid: UUID) -> Response:
    """Say yes."""
    if PressForm().validate():
        try:
            making.accept(actor(), uid, _choices())
        except NotBookable as refused:
            flash(refused.message, "note")
    return go("regular.show", uid=uid)


@bp.post("/<uuid:uid>/decline")
@both
def decline(uid: UUID) -> Response:
    """Say no, or take it back."""
    if PressForm().validate():
        making.decline(actor(), uid)
    return go("regular.show", uid=uid)


@bp.get("/<uuid:uid>/calendar.ics")
@both
def calendar_file(uid: UUID) -> Response:
    """Hand out one calendar file for all its coming times."""
    series = lookup.seen(actor(), uid)
    rows = [each.appointment for each in lookup.coming(series) if each.appointment is not None]
    answer = Response(files.calendar_file(rows, user(_me())), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


def around(series: Series, times: Sequence[Time]) -> dict[str, Any]:
    """Return what each page about one series shows of it; a session that is booked knows both clocks."""
    people = users([series.therapist_uid, series.patient_uid])
    booked = next((each.appointment for each in times if each.appointment is not None), None)
    place = booked.therapist_zone if booked is not None else staff.therapist(series.therapist_uid).timezone
    own, other = (place, people[series.patient_uid].timezone) if actor().is_therapist else (people[series.patient_uid].timezone, place)
    return {"other": people[other_of(series)], "own_zone": own, "other_zone": other, "words": words, "clock": screens.Clock(own, other)}


def other_of(series: Series) -> UUID:
    """Return the other person of a series, as the actor sees it."""
    return series.patient_uid if actor().is_therapist else series.therapist_uid


def _waiting(series: Series) -> Response:
    try:
        preview = planning.preview_of(filling.draft_of(series))
    except NotBookable as refused:
        return page("series/refused.html", refused=refused)
    chosen = {each.row.day for each in lookup.times(series) if each.row.why == Why.CHOSEN}
    return page("series/answer.html", series=series, preview=preview, chosen=chosen, may_answer=_may_answer(series), **_preview_words(preview), other=user(other_of(series)))


def _check(other_uid: UUID, refused: Invalid | NotBookable | None = None) -> Response:
    therapist, person = _pair(other_uid)
    form = _plan_form(therapist, person.timezone, request.args)
    other = person if actor().is_therapist else therapist.user
    pattern = form.pattern()
    try:
        if isinstance(refused, NotBookable):
            raise refused
        if isinstance(refused, Invalid):
            raise refused
        preview = planning.preview(actor(), _draft(therapist, person.uid, form)) if pattern is not None else None
    except Invalid as error:
        form.take_errors(error)
        preview = None
    except NotBookable as error:
        return page("series/refused.html", status=409, refused=error)
    if preview is None:
        return page("series/new.html", status=422, form=form, other=other)
    return page("series/check.html", form=form, preview=preview, other=other, pattern=pattern, **_preview_words(preview))


def _preview_words(preview: Preview) -> dict[str, Any]:
    own, other = preview.terms.therapist.timezone, preview.terms.patient.timezone
    if actor().is_patient:
        own, other = other, own
    return {"words": words, "own_zone": own, "other_zone": other, "clock": screens.Clock(own, other), "what": screens.what, "soft": filling.SOFT}


def _draft(therapist: staff.Therapist, patient_uid: UUID, form: PlanForm) -> Draft:
    pattern = form.pattern()
    assert pattern is not None  # looked at before
    service = UUID(form.service.data) if form.service.data else None
    return Draft(patient_uid, therapist.uid, pattern, service, form.format.data or "")


def _plan_form(therapist: staff.Therapist, patient_zone: str, given: Any) -> PlanForm:
    form = PlanForm(formdata=given)
    own = [therapist.timezone, patient_zone] if actor().is_therapist else [patient_zone, therapist.timezone]
    form.offer(own, planning.services_for(therapist.uid), screens.live_formats(therapist))
    return form


def _pair(other_uid: UUID) -> tuple[staff.Therapist, User]:
    """Return the therapist and the patient when they are in care together; raises NotFound."""
    authorize(actor(), policy.can_plan)
    therapist_uid, patient_uid = (_me(), other_uid) if actor().is_therapist else (other_uid, _me())
    if not planning.cared_for(patient_uid, therapist_uid):
        raise NotFound()
    return staff.therapist(therapist_uid), records.patient(patient_uid).user


def _choices() -> Choices:
    skip = {day for day in map(screens.read_day, request.form.getlist("skip")) if day is not None}
    shown = {day for day in map(screens.read_day, request.form.getlist("shown")) if day is not None}
    return Choices(skip=skip, hold=shown - skip)


def _may_answer(series: Series) -> bool:
    return series.is_open and policy.can_answer(actor(), series)


def _me() -> UUID:
    uid = actor().uid
    if uid is None:
        raise NotFound(_("Sign in first."))
    return uid
