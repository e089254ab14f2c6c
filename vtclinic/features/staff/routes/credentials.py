"""Licences: a therapist hands them in, the office checks them."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import api as records
from vtclinic.features.staff import credentials as service
from vtclinic.features.staff import uploads
from vtclinic.features.staff.forms import CredentialForm, ReasonForm
from vtclinic.features.staff.models import Credential, CredentialState
from vtclinic.features.staff.routes.blueprint import bp, me, most_mb
from vtclinic.features.staff.service import credentials_of


@bp.get("/practice/credentials")
@roles(THERAPIST)
def my_credentials() -> Response:
    """List a therapist's own licences."""
    return page("staff/my_credentials.html", rows=credentials_of([me()])[me()], today=clock.now().date(), place_name=records.place_name)


@bp.get("/practice/credentials/new")
@roles(THERAPIST)
def hand_in() -> Response:
    """Ask for a licence."""
    return _form_page(CredentialForm(formdata=None))


@bp.post("/practice/credentials/new")
@roles(THERAPIST)
def hand_in_submit() -> Response:
    """Keep a licence for the office to check."""
    form = CredentialForm()
    if form.validate():
        try:
            service.hand_in(actor(), me(), form.claim(), _paper(form, needed=True))
            flash(_("Handed in. The office checks it and writes to you."), "ok")
            return go("staff.my_credentials")
        except Invalid as error:
            form.take_errors(error)
    return _form_page(form, status=422)


@bp.get("/practice/credentials/<uuid:uid>")
@roles(THERAPIST)
def my_credential(uid: UUID) -> Response:
    """Show one of a therapist's own licences; ask for it again when something is missing."""
    found = service.own(actor(), uid)
    form = CredentialForm(formdata=None)
    form.fill(found)
    return _form_page(form, found)


@bp.post("/practice/credentials/<uuid:uid>")
@roles(THERAPIST)
def my_credential_submit(uid: UUID) -> Response:
    """Hand a licence in again, or withdraw it."""
    if "withdraw" in request.form:
        service.withdraw(actor(), uid)
        flash(_("Withdrawn. The document is deleted."), "ok")
        return go("staff.my_credentials")
    form = CredentialForm()
    if form.validate():
        try:
            service.hand_in_again(actor(), uid, form.claim(), _paper(form))
            flash(_("Handed in. The office checks it and writes to you."), "ok")
            return go("staff.my_credentials")
        except Invalid as error:
            form.take_errors(error)
    return _form_page(form, service.own(actor(), uid), status=422)


@bp.get("/credentials")
@roles(CLINIC_ADMIN)
def credentials() -> Response:
    """List the licences that need the office."""
    only = request.args.get("only", "")
    only = only if only in service.FILTERS else ""
    entries = service.queue(actor())
    counts = {name: sum(why == name for why, _row in entries) for name in service.FILTERS}
    shown = [entry for entry in entries if entry[0] == only or (not only and entry[0] != "verified")]
    return page("staff/credentials.html", listed=shown, only=only, counts=counts, total=len(entries), place_name=records.place_name)


@bp.get("/credentials/<uuid:uid>")
@roles(CLINIC_ADMIN)
def credential(uid: UUID) -> Response:
    """Show one licence to check."""
    return _credential_page(uid, ReasonForm(formdata=None))


@bp.get("/credentials/<uuid:uid>/document")
@roles(CLINIC_ADMIN, THERAPIST)
def document(uid: UUID) -> Response:
    """Hand out the document behind a licence."""
    paper = service.read_evidence(actor(), uid)
    answer = Response(paper.content, mimetype=paper.kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="document.{paper.ending}"'
    return answer


@bp.post("/credentials/<uuid:uid>/approve")
@roles(CLINIC_ADMIN)
def approve(uid: UUID) -> Response:
    """Say that the evidence was seen."""
    service.approve(actor(), uid)
    flash(_("Approved. Clients there can book now."), "ok")
    return go("staff.credentials")


@bp.post("/credentials/<uuid:uid>/ask")
@roles(CLINIC_ADMIN)
def ask_again(uid: UUID) -> Response:
    """Send a licence back with what is missing."""
    form = ReasonForm()
    if form.validate():
        try:
            service.ask_again(actor(), uid, form.reason.data or "")
            flash(_("Sent back. The therapist gets a mail."), "ok")
            return go("staff.credentials")
        except Invalid as error:
            form.take_errors(error)
    return _credential_page(uid, form, status=422)


def _paper(form: CredentialForm, *, needed: bool = False) -> uploads.Upload | None:
    content = form.evidence.data.read() if form.evidence.data else b""
    if not content and not needed:
        return None
    if not content:
        sentence = _("Choose the document to go on.")
        raise Invalid(sentence, fields={"evidence": sentence})
    return uploads.checked_paper(content, most_mb=most_mb())


def _form_page(form: CredentialForm, row: Credential | None = None, *, status: int = 200) -> Response:
    standing = row.standing(clock.now().date()) if row else None
    fixed = standing in (CredentialState.VERIFIED, CredentialState.EXPIRED)
    return page("staff/hand_in.html", status=status, form=form, row=row, standing=standing, fixed=fixed, place_name=records.place_name)


def _credential_page(uid: UUID, form: ReasonForm, *, status: int = 200) -> Response:
    found = service.view_credential(actor(), uid)
    checker = service.checker(found)
    return page(
        "staff/credential.html", status=status, row=found, form=form, standing=found.standing(clock.now().date()), checker=checker, place_name=records.place_name
    )
