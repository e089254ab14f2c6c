"""Pages of a clinic's look and words."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import Response, flash, request

from vtclinic.core.access import own_unit, roles
from vtclinic.core.blocking import run_blocking
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, go, page
from vtclinic.features.clinic import logo as logos
from vtclinic.features.clinic import look as service
from vtclinic.features.clinic.forms import LogoForm, LookForm
from vtclinic.features.clinic.look import Desk, Look
from vtclinic.features.clinic.routes.blueprint import bp, instance
from vtclinic.identity import service as identity
from vtclinic.tenants.themes import EDITABLE, LABELS, MODE_LABELS, MODES, PAIRS, lowest_ratio, rounded, theme_css, theme_hash

FIRST = ("bg", "surface", "ink", "ink-2", "primary", "tint", "sand")
SHOWS = ("light", "dark", "rtl")


@bp.get("/look")
@roles(CLINIC_ADMIN)
def look() -> Response:
    """Show the editor with the draft, its check and a preview."""
    found = service.desk(instance(), actor())
    return _desk_page(found, _form_for(found.look, found.version))


@bp.post("/look")
@roles(CLINIC_ADMIN)
def look_submit() -> Response:
    """Save the draft, begin anew from a theme, take a suggested colour, publish, or discard."""
    form, do = LookForm(), request.form.get("do", "save")
    if not form.validate_on_submit():
        return _again(form, 422)
    try:
        _do(do, form)
    except (Invalid, Conflict) as error:
        form.take_errors(Invalid(_faster() if isinstance(error, Conflict) else error.message, fields=getattr(error, "fields", {})))
        return _again(form, error.status, refused=do == "publish")
    return go("clinic.look", show=_show())


@bp.post("/look/undo")
@roles(CLINIC_ADMIN)
def undo_look() -> Response:
    """Put back the look that the newest published one replaced."""
    service.undo(instance(), actor(), seen=request.form.get("seen", -1, type=int))
    flash(_("The earlier look is back. The one you took back is your draft now."), "ok")
    return go("clinic.look")


@bp.get("/look/draft.css")
@roles(CLINIC_ADMIN)
def draft_css() -> Response:
    """Serve the draft's stylesheet; it reaches the preview alone."""
    return Response(service.preview_css(instance(), actor()), content_type="text/css; charset=utf-8")


@bp.get("/look/logo")
@roles(CLINIC_ADMIN)
def logo() -> Response:
    """Show the logo and ask for another."""
    return page("clinic/logo.html", form=LogoForm(formdata=None))


@bp.post("/look/logo")
@roles(CLINIC_ADMIN)
@own_unit
def logo_submit() -> Response:
    """Take a logo, drawn anew."""
    form = LogoForm()
    if form.validate_on_submit():
        try:
            picture = run_blocking(logos.redraw, _sent())
            with unit_of_work():
                logos.keep_logo(instance(), actor(), picture)
            flash(_("The new logo is shown."), "ok")
            return go("clinic.logo")
        except Invalid as error:
            form.take_errors(error)
    with unit_of_work(write=False):
        return page("clinic/logo.html", status=422, form=form)


@bp.post("/look/logo/remove")
@roles(CLINIC_ADMIN)
def remove_logo() -> Response:
    """Take the logo away."""
    logos.remove_logo(instance(), actor())
    return go("clinic.logo")


def _sent() -> bytes:
    sent = request.files.get("logo")
    if sent is None:
        return b""
    with closing(sent):
        return sent.read(logos.MOST_BYTES + 1)


def _do(do: str, form: LookForm) -> None:
    here, who, seen = instance(), actor(), form.seen.data or 0
    if do == "discard":
        service.discard_draft(who, seen=seen)
        flash(_("The draft is gone. What people see did not change."), "ok")
    elif do == "start":
        service.start_from(here, who, request.form.get("start", ""), seen=seen)
    elif do == "publish":
        service.publish(here, who, _data(form), seen=seen)
        flash(_("Published. Everybody sees it with their next page."), "ok")
    else:
        service.save_draft(who, _with_suggestion(_data(form), do), seen=seen)
        flash(_("The draft is saved. People see it when you publish."), "ok")


def _data(form: LookForm) -> dict[str, Any]:
    """Read the look from the form; the colours are named by mode and token."""
    base = service.desk(instance(), actor()).look.as_data()
    typed = {mode: {token: request.form.get(f"{mode}.{token}", base[mode][token]).lower() for token in EDITABLE} for mode in MODES}
    words = {key: form[key].data for key in ("patient", "patients", "therapist", "therapists") if form[key].data}
    fonts = base["fonts"] | {"headings": form.headings.data}
    return base | typed | {"clinic": form.name.data, "corners": form.corners.data, "fonts": fonts, "words": words}


def _with_suggestion(data: dict[str, Any], do: str) -> dict[str, Any]:
    """Take a suggested colour: `use:light:ink-2:#776359`."""
    act, *rest = do.split(":")
    if act == "use" and len(rest) == 3 and rest[0] in MODES and rest[1] in EDITABLE:
        data[rest[0]][rest[1]] = rest[2]
    return data


def _show() -> str:
    asked = request.values.get("show", SHOWS[0])
    return asked if asked in SHOWS else SHOWS[0]


def _form_for(look: Look, version: int) -> LookForm:
    theme = look.theme
    return LookForm(formdata=None, seen=version, headings=theme.heading_font, corners=theme.corners, name=look.name, **dict(theme.words))


def _again(form: LookForm, status: int, *, refused: bool = False) -> Response:
    """Show what was typed once more, and with it whose draft it would replace."""
    found = service.desk(instance(), actor())
    form.seen.raw_data = None  # WTForms would show what was typed instead of the number we set
    form.seen.process(None, found.version)
    try:
        typed = service.look_from(_data(form))
    except Invalid:
        typed = found.look
    return _desk_page(Desk(typed, found.version, service.check_theme(typed.theme), found.draft, found.last), form, status=status, refused=refused)


def _desk_page(found: Desk, form: LookForm, *, status: int = 200, refused: bool = False) -> Response:
    theme, show = found.look.theme, _show()
    ratios = {token: lowest_ratio(theme, token) for token in EDITABLE}
    return page(
        "clinic/look.html",
        status=status,
        desk=found,
        form=form,
        refused=refused,
        saver=_saver(found),
        first=[token for token in EDITABLE if token in FIRST],
        rest=[token for token in EDITABLE if token not in FIRST],
        labels=LABELS,
        modes=MODE_LABELS,
        ratios={token: (rounded(found_ratio[0]), found_ratio[1].least, found_ratio[0] >= found_ratio[1].least) for token, found_ratio in ratios.items() if found_ratio},
        pairs=len(PAIRS),
        starts=service.starts(instance()),
        show=show,
        draft_digest=theme_hash(theme_css(theme, preview=True)),
        preview_mode="dark" if show == "dark" else "light",
        preview_dir="rtl" if show == "rtl" else "ltr",
    )


def _faster() -> str:
    found = service.desk(instance(), actor())
    who = _saver(found) or _("Somebody else")
    return _("%(who)s changed the look after you opened this page. What you chose stands below and is not saved. Save it again to replace theirs.", who=who)


def _saver(found: Desk) -> str:
    if found.draft is None or found.draft.saved_by is None:
        return ""
    people = identity.users([found.draft.saved_by])
    return next((person.preferred_name for person in people.values()), "")
