"""Build a questionnaire in the browser, bring one in from FHIR, and write them out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, json, request, url_for

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.progress import catalogue, fhir_export, fhir_import, own, policy, results, words
from vtclinic.features.progress.own_forms import ImportForm, OwnForm, PublishForm
from vtclinic.features.progress.routes import bp

admins = roles(CLINIC_ADMIN)


@bp.get("/questionnaires/own")
@admins
def own_list() -> Response:
    """List the clinic's own questionnaires."""
    return _list_page(ImportForm(formdata=None))


@bp.post("/questionnaires/own")
@admins
def begin_own() -> Response:
    """Begin an empty draft."""
    return go("progress.edit_own", uid=own.begin(actor()))


@bp.post("/questionnaires/own/import")
@admins
def import_own() -> Response:
    """Bring in a FHIR Questionnaire as a draft."""
    form = ImportForm()
    file = request.files.get("file")
    if form.validate() and file is not None and file.filename:
        try:
            uid = own.begin(actor(), file.stream.read(fhir_import.MOST_BYTES + 1))
            flash(_("It is here as a draft. Look through it before you publish it."), "ok")
            return go("progress.edit_own", uid=uid)
        except Invalid as error:
            form.file.errors = [error.message]
    else:
        form.file.errors = [_("Choose a file.")]
    return _list_page(form, status=422)


@bp.get("/questionnaires/own/<uuid:uid>")
@admins
def edit_own(uid: UUID) -> Response:
    """Show a draft with its form and what is still wrong."""
    found, form = own.own(actor(), uid), OwnForm(formdata=None)
    form.show(found.row.draft, found.row.edition)
    return _edit_page(found, form)


@bp.post("/questionnaires/own/<uuid:uid>")
@admins
def save_own(uid: UUID) -> Response:
    """Keep a draft."""
    found, form = own.own(actor(), uid), OwnForm()
    draft = form.pack(found.row.draft) if form.validate() else None
    if draft is None:
        return _edit_page(found, form, status=422)
    try:
        own.save(actor(), uid, draft, seen=int(form.seen.data or 0) if (form.seen.data or "0").isdigit() else -1)
    except Conflict:
        form.form_errors.append(_("Somebody else changed these questions meanwhile. Open the page again; what you wrote is still here."))
        return _edit_page(found, form, status=409)
    flash(_("Saved. Patients see it when you publish it."), "ok")
    return go("progress.edit_own", uid=uid)


@bp.get("/questionnaires/own/<uuid:uid>/preview")
@admins
def preview_own(uid: UUID) -> Response:
    """Show a draft as patients will see it, before it is published."""
    found = own.own(actor(), uid)
    pack = found.preview
    if pack is None:
        return go("progress.edit_own", uid=uid)
    form = PublishForm(formdata=None, seen=str(found.row.edition))
    return page("progress/own_preview.html", own=found, pack=pack, form=form, facts=words.pack_facts(pack))


@bp.post("/questionnaires/own/<uuid:uid>/publish")
@admins
def publish_own(uid: UUID) -> Response:
    """Make the draft the newest version."""
    form = PublishForm()
    seen = form.seen.data or ""
    number = own.publish(actor(), uid, seen=int(seen) if seen.isdigit() else -1)
    flash(_("Version %(number)s is published. It never changes; a change makes a new version.", number=number), "ok")
    return go("progress.own_list")


@bp.get("/questionnaires/<id>/fhir")
@admins
def questionnaire_as_fhir(id: str) -> Response:
    """Write a questionnaire out as FHIR."""
    authorize(actor(), policy.can_choose)
    return _file(fhir_export.bundle(catalogue.newest(id)), f"{id}.fhir.json")


@bp.get("/clients/<uuid:patient_uid>/results/<uuid:uid>/fhir")
@roles(THERAPIST)
def result_as_fhir(patient_uid: UUID, uid: UUID) -> Response:
    """Write one result out as FHIR; audited like reading it."""
    found = results.result(actor(), patient_uid, uid)
    return _file(fhir_export.result(found.sheet, found.score), f"result-{uid}.fhir.json")


def _list_page(form: ImportForm, *, status: int = 200) -> Response:
    return page("progress/own_list.html", status=status, owned=own.all_own(actor()), form=form)


def _edit_page(found: own.Own, form: OwnForm, *, status: int = 200) -> Response:
    return page("progress/own_edit.html", status=status, own=found, form=form, save_url=url_for("progress.save_own", uid=found.row.uid))


def _file(resource: dict[str, Any], name: str) -> Response:
    made = Response(json.dumps(resource, ensure_ascii=False, indent=1), mimetype="application/fhir+json")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made
