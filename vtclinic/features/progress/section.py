"""What progress shows in a client's file."""

from __future__ import annotations

from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor
from vtclinic.features.progress import catalogue, results, staff_routes, words
from vtclinic.features.progress.forms import GiveForm
from vtclinic.features.progress.models import Response, StoredScore
from vtclinic.features.records.api import Patient, Section


def file_section(actor: Actor, patient: Patient) -> Section | None:
    """List a client's questionnaires with their results; the file itself is authorised and audited by records."""
    if not actor.is_therapist:
        return None
    form = GiveForm(formdata=None)
    form.instrument.choices = staff_routes.give_choices()
    rows = [_row(response, score) for response, score in results.given(patient.uid)]
    return Section("progress", _("Questions and scores"), "progress/section.html", {"rows": rows, "give_form": form}, order=30)


def _row(response: Response, score: StoredScore | None) -> dict[str, object]:
    pack = catalogue.find(response.instrument, response.version)
    return {
        "response": response,
        "name": pack.name,
        "title": words.plain_title(pack),
        "total": score.total if score else None,
        "highest": pack.highest,
        "band": words.band_word(pack, score.band) if score else "",
        "risk": bool(score and score.risk_answer),
    }
