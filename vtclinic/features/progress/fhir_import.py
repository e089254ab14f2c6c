"""Read a FHIR R4 Questionnaire from elsewhere into a draft: checked, bounded, and never published by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.features.progress.fhir_export import LOINC, ORDINAL
from vtclinic.features.progress.instruments import Pack

MOST_BYTES = 256 * 1024
MOST_ITEMS, MOST_DEPTH = 100, 5


def read(raw: bytes, *, id: str) -> Pack:
    """Return a draft pack of the questions and answers that can be counted; raises Invalid with one sentence."""
    found = _questionnaire(_parsed(raw))
    items = [_item(each) for each in _choices(found.get("item"))]
    if not items:
        raise Invalid(_("There is no question with answers to choose from in this file."))
    title = _text(found, "title") or _text(found, "name") or _("Imported questions")
    draft: Pack = {
        "id": id,
        "version": "1",
        "name": title[:60],
        "title": title,
        "language": _text(found, "language") or "en",
        "licence": _("as the file says"),
        "notice": _text(found, "copyright") or _("No notice was in the file. Find out whose questions these are before you publish them."),
        "source": _text(found, "purpose") or _text(found, "url") or _("an imported file"),
        "validated": False,
        "stem": _stem(found),
        "items": items,
    }
    shared = items[0]["answers"]
    if all(each["answers"] == shared for each in items):
        draft |= {"answers": shared, "items": [{"text": each["text"]} for each in items]}
    panel = next((each.get("code") for each in _dicts(found.get("code")) if each.get("system") == LOINC), None)
    if panel:
        draft["source"] = f"{draft['source']} (LOINC {str(panel)[:12]})"
    return draft


def _parsed(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_BYTES:
        raise Invalid(_("This file is too large. The most is 256 kB."))
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid(_("This file is not JSON that can be read.")) from None
    if not isinstance(found, dict):
        raise Invalid(_("This file is not a FHIR Questionnaire."))
    return found


def _no_number(word: str) -> None:
    raise ValueError(word)


def _questionnaire(found: dict[str, Any]) -> dict[str, Any]:
    if found.get("resourceType") == "Bundle":
        inside = (each.get("resource") for each in _dicts(found.get("entry")))
        found = next((each for each in inside if isinstance(each, dict) and each.get("resourceType") == "Questionnaire"), {})
    if found.get("resourceType") != "Questionnaire":
        raise Invalid(_("This file is not a FHIR Questionnaire."))
    return found


def _choices(items: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the questions with answers to choose from, in groups too."""
    if depth > MOST_DEPTH:
        raise Invalid(_("The questions in this file are nested too deeply."))
    count = 0
    for each in _dicts(items):
        if each.get("type") == "choice" and each.get("answerOption"):
            count += 1
            yield each
        for inner in _choices(each.get("item"), depth + 1):
            count += 1
            yield inner
        if count > MOST_ITEMS:
            raise Invalid(_("There are more than 100 questions in this file."))


def _item(each: dict[str, Any]) -> Pack:
    options = [option.get("valueCoding") for option in _dicts(each.get("answerOption"))]
    codings = [option for option in options if isinstance(option, dict)]
    answers = [{"value": _value(coding, place), "text": _text(coding, "display") or _text(coding, "code")} for place, coding in enumerate(codings)]
    return {"text": _text(each, "text"), "answers": answers}


def _value(coding: dict[str, Any], place: int) -> int:
    """Return what an answer counts: its ordinal value when that is a whole number, else its place."""
    for extension in _dicts(coding.get("extension")):
        value = extension.get("valueDecimal")
        if extension.get("url") == ORDINAL and isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 10_000 and value == int(value):
            return int(value)
    return place


def _stem(found: dict[str, Any]) -> str:
    shown = (_text(each, "text") for each in _dicts(found.get("item")) if each.get("type") == "display")
    return next((text for text in shown if text), "") or _("About you:")


def _text(found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    return " ".join(value.split())[:2000] if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
