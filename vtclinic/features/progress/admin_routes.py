"""The clinic's shelf of questionnaires, for its administrators."""

from __future__ import annotations

from flask import Response, flash

from vtclinic.core.access import roles
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.progress import shelf, words
from vtclinic.features.progress.forms import AttestForm
from vtclinic.features.progress.routes import bp

admins = roles(CLINIC_ADMIN)


@bp.get("/questionnaires")
@admins
def questionnaires() -> Response:
    """List the questionnaires, their licences, and which are in use."""
    return page("progress/shelf.html", packs=shelf.shelf(actor()))


@bp.get("/questionnaires/packs/<id>")
@admins
def pack(id: str) -> Response:
    """Show one questionnaire: every question, its notice and sources, and the promise it needs."""
    return _pack_page(id, AttestForm(formdata=None, text_version=shelf.TEXT_VERSION))


@bp.post("/questionnaires/packs/<id>/attest")
@admins
def attest(id: str) -> Response:
    """Make the promise a non-commercial questionnaire needs."""
    form = AttestForm()
    if not form.validate():
        return _pack_page(id, form, status=422)
    shelf.attest(actor(), id, form.text_version.data or "")
    flash(_("It is in use now. Who promised it, and when, is kept."), "ok")
    return go("progress.pack", id=id)


@bp.post("/questionnaires/packs/<id>/withdraw")
@admins
def withdraw(id: str) -> Response:
    """Take the promise back."""
    shelf.withdraw(actor(), id)
    flash(_("The promise is taken back. Nobody is asked these questions any more."), "ok")
    return go("progress.pack", id=id)


@bp.post("/questionnaires/packs/<id>/<any(on, off):state>")
@admins
def switch(id: str, state: str) -> Response:
    """Let a questionnaire be given, or no longer."""
    shelf.switch(actor(), id, on=state == "on")
    flash(_("It can be given now.") if state == "on" else _("It is no longer given. What waits for clients can still be answered."), "ok")
    return go("progress.own_list") if id.startswith("own-") else go("progress.questionnaires")


def _pack_page(id: str, form: AttestForm, *, status: int = 200) -> Response:
    found = shelf.entry(actor(), id)
    text = shelf.TEXTS[found.promise.text_version if found.promise else shelf.TEXT_VERSION]
    plain, facts = words.plain_title(found.pack), words.pack_facts(found.pack)
    return page("progress/pack.html", status=status, entry=found, pack=found.pack, form=form, promise=text, plain=plain, facts=facts)
