"""Pages behind the links of letters: they act without a sign-in, and show a time and nothing else."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from vtclinic.core.access import public, roles
from vtclinic.core.policy import PATIENT, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import calling_off, diary, late, letter_links, policy
from vtclinic.features.scheduling.forms import LetterLateForm, PressForm
from vtclinic.features.scheduling.late import NotSaid
from vtclinic.features.scheduling.letter_links import Act

bp = Blueprint("times", __name__, url_prefix="/times", template_folder="templates")


@bp.get("")
@roles(PATIENT)
def index() -> Response:
    """Send on to the list: the address in a letter says less than the one in the app."""
    return go("scheduling.index")


@bp.post("/<uuid:uid>/coming")
@roles(PATIENT)
def coming(uid: UUID) -> Response:
    """Note that the signed-in patient comes, as the letter's link does."""
    appointment = diary.appointment(uid)
    authorize(actor(), policy.is_its_patient, appointment)
    if PressForm().validate():
        letter_links.note_coming(actor(), appointment)
    return go("scheduling.show", uid=uid)


@bp.get("/<token>/confirm")
@public
def confirm(token: str) -> Response:
    """Ask whether the reader comes; opening a link changes nothing, since mail programs open them too."""
    return _show(token, Act.CONFIRM)


@bp.post("/<token>/confirm")
@public
def confirm_submit(token: str) -> Response:
    """Note that the reader comes."""
    if PressForm().validate():
        letter_links.confirm(token)
    return go("times.confirm", token=token)


@bp.get("/<token>/cancel")
@public
def cancel(token: str) -> Response:
    """Say what cancelling means, before it happens."""
    return _show(token, Act.CANCEL)


@bp.post("/<token>/cancel")
@public
def cancel_submit(token: str) -> Response:
    """Cancel the time."""
    seen, form = letter_links.look(token, Act.CANCEL), LetterLateForm()
    if not seen.may_act:
        return go("times.cancel", token=token)
    if not form.validate():
        return _show(token, Act.CANCEL, form, status=422)
    try:
        calling_off.cancel(letter_links.reader_of(seen.appointment), seen.appointment.uid, words=form.why.data or "", late_said=form.late.data == "yes")
    except NotSaid as error:
        form.form_errors.append(error.message)
        return _show(token, Act.CANCEL, form, status=409)
    return go("times.cancel", token=token)


def _show(token: str, act: Act, form: LetterLateForm | None = None, *, status: int = 200) -> Response:
    seen = letter_links.look(token, act)
    counts = seen.may_act and late.counts(seen.appointment)
    form = form or LetterLateForm(formdata=None)
    form.late.data = "yes" if counts else ""
    return page("scheduling/letter.html", status=status, seen=seen, it=seen.appointment, act=act.value, stand=seen.stand.value, token=token, counts=counts, form=form)
