"""Pages of sessions with seats: the list, planning one, one of them, taking a seat. What changes one is in `change_routes`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash

from vtclinic.core.access import roles
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.core.zones import wall_instant
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, screens
from vtclinic.features.scheduling.groups import lookup, policy, seating
from vtclinic.features.scheduling.groups.forms import GroupForm, JoinForm
from vtclinic.features.scheduling.groups.lookup import Group
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.groups.seating import Wanted
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import users

bp = Blueprint("groups", __name__, url_prefix="/group-sessions", template_folder="../templates")
anybody, therapists, patients = roles(PATIENT, THERAPIST, CLINIC_ADMIN), roles(THERAPIST), roles(PATIENT)


@bp.get("")
@anybody
def index() -> Response:
    """List the sessions to come."""
    me = _me()
    if actor().is_clinic_admin:
        rows = lookup.of_all(actor())
    else:
        rows = lookup.of_therapist(me) if actor().is_therapist else lookup.of_patient(me)
    return page("groups/index.html", rows=rows, me=me)


@bp.get("/new")
@therapists
def new() -> Response:
    """Ask when, for whom and how many."""
    return page("groups/new.html", form=_form(GroupForm(formdata=None)))


@bp.post("/new")
@therapists
def plan() -> Response:
    """Plan it and ask people."""
    form = _form(GroupForm())
    if form.validate():
        try:
            made = seating.plan(actor(), _wanted(form))
        except Invalid as error:
            form.take_errors(error)
        except SlotTaken:
            form.take_errors(Invalid(_("One who leads it has something else then. Choose another time.")))
        else:
            return go("groups.show", uid=made.uid)
    return page("groups/new.html", status=422, form=form)


@bp.get("/<uuid:uid>")
@anybody
def show(uid: UUID) -> Response:
    """Show one: patients see their seat and the names that were given, therapists who comes."""
    found = lookup.seen(actor(), uid)
    return _show(found, JoinForm(formdata=None))


@bp.post("/<uuid:uid>/join")
@patients
def join(uid: UUID) -> Response:
    """Take a seat, or change whether one's name is shown."""
    form = JoinForm()
    if form.validate():
        try:
            seating.join(actor(), uid, shows_name=bool(form.shows_name.data))
        except SlotTaken:
            flash(_("You have something else at that time. Nothing was booked."), "note")
        except Conflict as refused:
            flash(" ".join(part for part in (refused.message, refused.hint) if part), "note")
    return go("groups.show", uid=uid)


def _show(found: Group, form: JoinForm) -> Response:
    mine = found.member(actor().uid)
    if mine is not None:
        form.shows_name.data = mine.shows_name
    if actor().is_patient:
        shown = [each for each in found.joined if each.shows_name and each is not mine]
    else:
        shown = found.members if policy.can_lead(actor(), lookup.place(actor(), found)) else []
    people = users({*found.therapists, *(each.patient_uid for each in shown)})
    if not actor().is_patient:
        record(actor(), "group.read", "group", found.session.uid)
    who: dict[str, Any] = {"people": people, "shown": shown, "mine": mine, "zone": zone_of(found), "what": screens.what}
    return page("groups/show.html", it=found, form=form, **who)


def _form(form: GroupForm) -> GroupForm:
    authorize(actor(), policy.can_plan)
    me = staff.therapist(_me())
    clients = sorted(users(records.caseload(me.uid)).values(), key=lambda person: person.name)
    others = [each.user for each in staff.active_therapists() if each.uid != me.uid]
    form.offer(diary.services(), screens.live_formats(me), clients, others)
    return form


def _wanted(form: GroupForm) -> Wanted:
    day, wall, zone = form.day.data, form.wall.data, current_timezone().key
    assert day is not None
    assert wall is not None
    kind = GroupKind(form.kind.data)
    return Wanted(
        kind=kind,
        title=form.title.data or "",
        service_uid=UUID(form.service.data),
        start=wall_instant(day, wall, zone),
        zone=zone,
        seats=2 if kind is GroupKind.COUPLE else form.seats.data or 0,
        format=form.format.data or "video",
        patients=tuple(UUID(each) for each in form.patients.data or ()),
        others=tuple(UUID(each) for each in form.others.data or ()),
        open_to_all=bool(form.open_to_all.data),
    )


def zone_of(found: Group) -> str:
    """Return on which clock the reader sees it."""
    mine = found.member(actor().uid)
    return mine.zone if mine is not None else current_timezone().key


def _me() -> UUID:
    uid = actor().uid
    if uid is None:
        raise NotFound()
    return uid
