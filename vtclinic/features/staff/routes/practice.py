"""A therapist's own profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request

from vtclinic.core.access import own_unit, roles
from vtclinic.core.blocking import run_blocking
from vtclinic.core.errors import Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import ngettext
from vtclinic.core.policy import THERAPIST
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import api as records
from vtclinic.features.staff import practice as service
from vtclinic.features.staff import uploads
from vtclinic.features.staff.forms import AboutForm, PhotoForm, WorkForm
from vtclinic.features.staff.routes.blueprint import bp, me, most_mb, page_apart
from vtclinic.features.staff.routes.hours import day_names
from vtclinic.features.staff.service import credentials_of
from vtclinic.features.staff.vocabulary import AGE_BANDS, FORMATS, GENDERS, MODALITIES, RISK_LEVELS, SPECIALITIES, STYLES, spoken


@bp.get("/practice")
@roles(THERAPIST)
def practice() -> Response:
    """Show a therapist all of their profile, and what is missing."""
    mine = service.own_practice(actor())
    licences = credentials_of([mine.uid])[mine.uid]
    rows = [
        (_("Title"), mine.title),
        (_("Years"), str(mine.years) if mine.years is not None else ""),
        (_("In your words"), mine.bio),
    ]
    work = [
        (_("Work with"), ", ".join(spoken(mine.specialities, SPECIALITIES))),
        (_("Methods"), ", ".join(spoken(mine.modalities, MODALITIES))),
        (_("Style"), ", ".join(spoken(mine.styles, STYLES))),
        (_("Meet by"), ", ".join(spoken(mine.formats, FORMATS))),
        (_("Ages"), ", ".join(spoken(mine.age_bands, AGE_BANDS))),
        (_("Languages"), ", ".join(records.language_names(mine.languages))),
        (_("Room for"), ngettext("%(num)s client", "%(num)s clients", mine.capacity)),
        (_("Risk"), str(RISK_LEVELS[mine.risk])),
        (_("Gender"), "".join(spoken([mine.gender or ""], GENDERS))),
    ]
    return page("staff/practice.html", mine=mine, about=rows, work=work, licences=licences, missing=service.missing(mine, licences), day_names=day_names())


@bp.get("/practice/about")
@roles(THERAPIST)
def about_me() -> Response:
    """Ask for what clients read first."""
    mine = service.own_practice(actor())
    form = AboutForm(formdata=None, title=mine.title, practising_since=mine.practising_since, bio=mine.bio)
    return _form_page(form, _("About you"))


@bp.post("/practice/about")
@roles(THERAPIST)
def about_me_submit() -> Response:
    """Keep it."""
    form = AboutForm()
    return _keep(form, _("About you"), lambda: {"title": form.title.data, "practising_since": form.practising_since.data, "bio": form.bio.data})


@bp.get("/practice/work")
@roles(THERAPIST)
def work() -> Response:
    """Ask for what matching looks at."""
    mine = service.own_practice(actor())
    names = ("specialities", "modalities", "styles", "formats", "age_bands", "languages", "capacity", "risk")
    form = WorkForm(formdata=None, gender=mine.gender or "", **{name: getattr(mine, name) for name in names})
    return _form_page(form, _("How you work"))


@bp.post("/practice/work")
@roles(THERAPIST)
def work_submit() -> Response:
    """Keep it."""
    form = WorkForm()
    return _keep(form, _("How you work"), form.values)


@bp.get("/practice/photo")
@roles(THERAPIST)
def my_photo() -> Response:
    """Ask for a portrait."""
    return page("staff/photo.html", form=PhotoForm(formdata=None), mine=service.own_practice(actor()))


@bp.post("/practice/photo")
@roles(THERAPIST)
@own_unit
def my_photo_submit() -> Response:
    """Draw the portrait anew aside, then keep it; or remove it."""
    form = PhotoForm()
    try:
        drawn = None if "remove" in request.form else _drawn(form)
    except Invalid as error:
        form.take_errors(error)
        with unit_of_work(write=False):
            mine = service.own_practice(actor())
        return page_apart("staff/photo.html", status=422, form=form, mine=mine)
    with unit_of_work():
        service.change_photo(actor(), me(), drawn)
    flash(_("Saved."), "ok")
    return go("staff.practice")


def _drawn(form: PhotoForm) -> bytes:
    content = form.photo.data.read() if form.photo.data else b""
    upload = uploads.checked_photo(content, most_mb=most_mb())
    try:
        return run_blocking(uploads.redrawn, upload)
    except ValueError as error:
        raise uploads.refused_photo() from error


def _keep(form: ClinicForm, title: str, values: Callable[[], dict[str, Any]]) -> Response:
    if form.validate():
        try:
            service.change_practice(actor(), me(), **values())
            flash(_("Saved."), "ok")
            return go("staff.practice")
        except Invalid as error:
            form.take_errors(error)
    return _form_page(form, title, status=422)


def _form_page(form: ClinicForm, title: str, *, status: int = 200) -> Response:
    return page("staff/practice_form.html", status=status, form=form, heading=title)
