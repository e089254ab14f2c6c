"""Results as a therapist reads them, and giving questionnaires."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash
from wtforms import SelectChoice

from vtclinic.core.access import roles
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.progress import answering, results, track, words
from vtclinic.features.progress.chart import draw
from vtclinic.features.progress.forms import GiveForm
from vtclinic.features.progress.routes import bp
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity


@bp.get("/clients/<uuid:patient_uid>/results/<uuid:uid>")
@roles(THERAPIST)
def result(patient_uid: UUID, uid: UUID) -> Response:
    """Show one questionnaire's result and every answer."""
    found = results.result(actor(), patient_uid, uid)
    name = records.called(records.patient(patient_uid), identity.user(patient_uid))
    view = found.view
    change = words.change_for_therapist(view.change, found.sheet.instrument, view.baseline) if view and view.baseline is not None else ""
    line = words.line_word(found.sheet.instrument, found.sheet.response.line)
    return page("progress/result.html", result=found, sheet=found.sheet, pack=found.sheet.instrument, name=name, change=change, patient_uid=patient_uid, line_word=line)


@bp.get("/clients/<uuid:patient_uid>/results")
@roles(THERAPIST)
def client_results(patient_uid: UUID) -> Response:
    """Show a client's results over time, each with what may be worth a talk."""
    _waiting, series = results.my_progress(actor(), patient_uid)
    name, after = records.called(records.patient(patient_uid), identity.user(patient_uid)), track.sessions_wanted()
    shown = [(each, draw(each), _sentence(each), track.hint(each, after)) for each in series]
    return page("progress/client_results.html", series=shown, name=name, patient_uid=patient_uid)


@bp.post("/clients/<uuid:patient_uid>/questionnaires")
@roles(THERAPIST)
def give(patient_uid: UUID) -> Response:
    """Give a client a questionnaire; one that is still open is not given twice."""
    form = GiveForm()
    form.instrument.choices = give_choices()
    if form.validate():
        answering.assign(actor(), patient_uid, form.instrument.data)
        flash(_("The questions are on your client's home page now."), "ok")
    return go("records.client", uid=patient_uid)


def _sentence(each: results.Series) -> str:
    baseline = each.latest.baseline
    return words.change_for_therapist(each.latest.change, each.instrument, baseline) if baseline is not None else _("This is the first result: the baseline.")


def give_choices() -> list[SelectChoice]:
    """Return the questionnaires to choose from."""
    return [SelectChoice(pack.id, f"{pack.name} – {words.plain_title(pack)}") for pack in results.can_be_given()]
