"""What a patient told in the first questions, in the file that their therapist reads."""

from __future__ import annotations

from vtclinic.core.audit import record
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor
from vtclinic.features.intake.questions import Kind
from vtclinic.features.intake.service import answers_of
from vtclinic.features.intake.words import said
from vtclinic.features.records.api import Patient, Section


def file_section(actor: Actor, patient: Patient) -> Section | None:
    """List the answers that were sent; the file itself is authorised by records. Nothing shows before somebody sent it."""
    if not actor.is_therapist:
        return None
    sheet = answers_of(patient.uid)
    if not sheet.sent or sheet.intake is None:
        return None
    record(actor, "intake.summary", "intake", patient.uid, patient_uid=patient.uid)
    asked = [each for each in sheet.asked if each.kind is not Kind.CONSENT and not each.record and each.key in sheet.answers]
    rows = [(str(each.short), said(sheet, each)) for each in asked if each.kind is not Kind.WORDS]
    words = [(str(each.short), said(sheet, each)) for each in asked if each.kind is Kind.WORDS and sheet.answers.get(each.key)]
    data = {
        "rows": [(short, text) for short, text in rows if text],
        "passed": [short for short, text in rows if not text],
        "words": words,
        "sent_at": sheet.intake.sent_at,
        "changed_at": sheet.intake.changed_at,
    }
    return Section("intake", _("What they told us first"), "intake/section.html", data, order=20)
