"""Pages that change a session with seats: moving it, leaving it, calling it off, the calendar file; and giving a seat back from a letter."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from vtclinic.core.access import public, roles
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.core.zones import wall_instant
from vtclinic.features.scheduling.groups import calendar_file as files
from vtclinic.features.scheduling.groups import lookup, moving, policy, seat_links, seating
from vtclinic.features.scheduling.groups.forms import MoveForm, PressForm
from vtclinic.features.scheduling.groups.lookup import Group
from vtclinic.features.scheduling.groups.routes import anybody, bp, zone_of
from vtclinic.features.scheduling.groups.seat_links import Stand
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.identity.service import user

staff = roles(THERAPIST, CLINIC_ADMIN)
# Under the addresses of every letter about times, which say nothing of what kind.
letters = Blueprint("seats", __name__, url_prefix="/times", template_folder="../templates")


@bp.get("/<uuid:uid>/cancel")
@anybody
def confirm_cancel(uid: UUID) -> Response:
    """Say what leaving or calling off means, before it happens."""
    found = lookup.seen(actor(), uid)
    if not found.session.is_planned or (actor().is_patient and found.member(actor().uid) is None):
        return go("groups.show", uid=uid)
    return page("groups/cancel.html", it=found, zone=zone_of(found))


@bp.post("/<uuid:uid>/cancel")
@anybody
def cancel(uid: UUID) -> Response:
    """Leave it, say no to it, or as staff call it off."""
    if PressForm().validate():
        if actor().is_patient:
            seating.leave(actor(), uid)
        else:
            seating.cancel(actor(), uid)
    return go("groups.show", uid=uid)


@bp.get("/<uuid:uid>/move")
@staff
def move(uid: UUID) -> Response:
    """Ask for the new time, and say what moving means."""
    found = moving.movable(actor(), uid)
    here = found.session.starts_at.astimezone(current_timezone())
    return _ask_move(found, MoveForm(formdata=None, day=here.date(), wall=here.time()))


@bp.post("/<uuid:uid>/move")
@staff
def do_move(uid: UUID) -> Response:
    """Move it, or say in the form why it cannot go there."""
    found, form = moving.movable(actor(), uid), MoveForm()
    if not form.validate():
        return _ask_move(found, form, status=422)
    day, wall = form.day.data, form.wall.data
    assert day is not None
    assert wall is not None
    try:
        moving.move(actor(), uid, wall_instant(day, wall, current_timezone().key))
    except Invalid as error:
        form.take_errors(error)
    except SlotTaken:
        form.take_errors(Invalid("", fields={"wall": _("Somebody who leads it or has a seat has something else then. Choose another time.")}))
    except Conflict as refused:
        form.take_errors(Invalid("", fields={"day": " ".join(part for part in (refused.message, refused.hint) if part)}))
    else:
        return go("groups.show", uid=uid)
    return _ask_move(found, form, status=422)


@bp.get("/<uuid:uid>/calendar.ics")
@roles(PATIENT, THERAPIST)
def calendar_file(uid: UUID) -> Response:
    """Hand out the calendar file to who has a seat or leads it."""
    found = lookup.seen(actor(), uid)
    mine, me = found.member(actor().uid), actor().uid
    if not found.is_sure or me is None:
        raise NotFound()
    if policy.can_lead(actor(), lookup.place(actor(), found)):
        text = files.of_session(found.session, user(me))
    elif mine is not None and mine in found.joined:
        text = files.of_seat(found.session, mine, user(me))
    else:
        raise NotFound()
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


@letters.get("/<token>/give-back")
@public
def give_back(token: str) -> Response:
    """Ask whether the seat is given back; opening a link changes nothing, since mail programs open them too."""
    seen = seat_links.look(token)
    return page("groups/letter.html", seen=seen, it=seen.group, stand=seen.stand.value, zone=seen.member.zone, token=token)


@letters.post("/<token>/give-back")
@public
def give_back_submit(token: str) -> Response:
    """Give it back."""
    seen = seat_links.look(token)
    if PressForm().validate() and seen.stand is Stand.OPEN:
        seating.leave(seen.reader, seen.group.uid)
    return go("seats.give_back", token=token)


def _ask_move(found: Group, form: MoveForm, *, status: int = 200) -> Response:
    authorize(actor(), policy.can_change, lookup.place(actor(), found))
    return page("groups/move.html", status=status, it=found, form=form, zone=zone_of(found))
