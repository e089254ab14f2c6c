"""Pages for saying that a patient did not come, and for taking it back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash

from vtclinic.core.i18n import gettext as _
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import diary, missing
from vtclinic.features.scheduling.forms import PressForm
from vtclinic.features.scheduling.staff_routes import bp, staff, words_of


@bp.get("/<uuid:uid>/missed")
@staff
def confirm_missed(uid: UUID) -> Response:
    """Say what it means, before it is noted."""
    appointment = diary.appointment(uid)
    coming = missing.look(actor(), appointment)
    if not coming.can_say:
        return go("calendar.show", uid=uid)
    return page("scheduling/missed.html", **words_of(appointment), coming=coming, form=PressForm(formdata=None))


@bp.post("/<uuid:uid>/missed")
@staff
def missed(uid: UUID) -> Response:
    """Note that the patient did not come."""
    if PressForm().validate():
        missing.note(actor(), uid)
        flash(_("Noted. You can take it back until tomorrow."), "ok")
    return go("calendar.show", uid=uid)


@bp.post("/<uuid:uid>/came")
@staff
def came(uid: UUID) -> Response:
    """Take it back."""
    if PressForm().validate():
        missing.take_back(actor(), uid)
        flash(_("Taken back. The session counts as held."), "ok")
    return go("calendar.show", uid=uid)
