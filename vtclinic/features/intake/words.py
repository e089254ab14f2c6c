"""Answers as a patient reads them again."""

from __future__ import annotations

from datetime import date
from typing import Any

from vtclinic.core.i18n import fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.features.intake.questions import Kind, Question
from vtclinic.features.intake.service import Sheet
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff


def said(sheet: Sheet, question: Question) -> str:
    """Return an answer in words; empty when it was passed over."""
    value = sheet.answers.get(question.key)
    return _said(question, value) if value else ""


def _said(question: Question, value: Any) -> str:
    if question.kind is Kind.CONSENT:
        return _("Yes, I agree") if value == "yes" else _("No, not now")
    if question.kind is Kind.DAY:
        return fmt.date(date.fromisoformat(value))
    if question.kind is Kind.PLACE:
        return records.place_name(value["country"], value["region"], value["city"])
    if question.kind is Kind.LANGUAGES:
        return ", ".join(records.language_names(value))
    if question.kind is Kind.ONE and question.options is not None:
        return str(question.options().get(value, ""))
    if question.options is not None:
        text = ", ".join(staff.spoken(value, question.options()))
        return text[:1].upper() + text[1:]
    return str(value)
