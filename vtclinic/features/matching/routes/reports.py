"""Reports on matching: fairness between groups, and how care goes."""

from __future__ import annotations

import csv
import io

from flask import Response

from vtclinic.core.access import roles
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, page
from vtclinic.features.matching import fairness as reports
from vtclinic.features.matching import outcomes as results
from vtclinic.features.matching.routes.blueprint import bp

admins = roles(CLINIC_ADMIN)


@bp.get("/matching/fairness")
@admins
def fairness() -> Response:
    """Show waits and scores by group."""
    return page("matching/fairness.html", report=reports.report(actor()))


@bp.get("/matching/fairness.csv")
@admins
def fairness_file() -> Response:
    """Give the same lines as a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(reports.rows(reports.report(actor(), exported=True)))
    headers = {"Content-Disposition": 'attachment; filename="fairness.csv"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


@bp.get("/matching/outcomes")
@admins
def outcomes() -> Response:
    """Show how care goes."""
    return page("matching/outcomes.html", found=results.outcomes(actor()))
