"""Importing people on a page: choose a file, read the report, then import."""

from __future__ import annotations

import csv
import io

from flask import Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.staff import files
from vtclinic.features.staff.forms import ImportForm
from vtclinic.features.staff.importing.columns import COLUMNS, KINDS
from vtclinic.features.staff.importing.reading import MOST_BYTES
from vtclinic.features.staff.importing.report import ImportReport
from vtclinic.features.staff.importing.service import import_people
from vtclinic.features.staff.routes.blueprint import bp, me

HOUR = 3600
MOST_SHOWN = 200


@bp.get("/people/import")
@roles(CLINIC_ADMIN)
def import_file() -> Response:
    """Ask for a file and say which columns it may have."""
    return _choose(ImportForm(formdata=None, kind=request.args.get("kind")))


@bp.post("/people/import")
@roles(CLINIC_ADMIN)
def import_file_submit() -> Response:
    """Keep the file, encrypted, until its report was read; nobody is made yet."""
    form = ImportForm()
    content = form.file.data.read(MOST_BYTES + 1) if form.file.data else b""
    if not content:
        form.validate()
        form.file.errors = [*form.file.errors, _("Choose a CSV file to go on.")]
        return _choose(form, status=422)
    if not form.validate():
        return _choose(form, status=422)
    files.forget_older(_folder(), HOUR, clock.now().timestamp())
    return go("staff.import_check", kind=form.kind.data, draft=files.store(_folder(), content))


@bp.get("/people/import/<any('staff', 'patients'):kind>/<draft>")
@roles(CLINIC_ADMIN)
def import_check(kind: str, draft: str) -> Response:
    """Report on every row without making anybody."""
    return _report(import_people(actor(), kind, files.read(_folder(), draft), dry_run=True), draft)


@bp.post("/people/import/<any('staff', 'patients'):kind>/<draft>")
@roles(CLINIC_ADMIN)
def import_check_submit(kind: str, draft: str) -> Response:
    """Import everybody, or show what has changed since the report."""
    report = import_people(actor(), kind, files.read(_folder(), draft))
    if not report.written:
        return _report(report, draft, status=422)
    files.forget(_folder(), draft)
    flash(_("Imported. %(new)s new, %(known)s were here already. New people get a mail with a link.", new=report.new, known=report.known), "ok")
    return go("staff.people", kind=kind)


@bp.get("/people/import/example-<any('staff', 'patients'):kind>.csv")
@roles(CLINIC_ADMIN)
def import_example(kind: str) -> Response:
    """Hand out a file to start from."""
    if kind not in KINDS:
        raise NotFound()
    words = io.StringIO()
    writer = csv.writer(words)
    writer.writerow([column.name for column in COLUMNS[kind]])
    writer.writerow([column.example for column in COLUMNS[kind]])
    answer = Response(words.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


def _folder() -> str:
    # A draft opens only for the one who brought it: the name of the folder is part of what it is sealed with.
    return f"imports-{me().hex}"


def _choose(form: ImportForm, *, status: int = 200) -> Response:
    return page("staff/import.html", status=status, form=form, columns=COLUMNS)


def _report(report: ImportReport, draft: str, *, status: int = 200) -> Response:
    rows = sorted(report.rows, key=lambda row: (row.outcome != "wrong", row.line))
    return page("staff/import_report.html", status=status, report=report, rows=rows[:MOST_SHOWN], hidden=max(0, len(rows) - MOST_SHOWN), draft=draft)
