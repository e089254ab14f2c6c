"""Questionnaires and results as FHIR R4 resources: LOINC codes where they exist, else codes of the clinic's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from vtclinic.core.scope import current_clinic
from vtclinic.features.progress.instruments import Answer, Instrument, Item
from vtclinic.features.progress.models import StoredScore
from vtclinic.features.progress.sheet import Sheet

Resource = dict[str, Any]

LOINC = "http://loinc.org"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def questionnaire(pack: Instrument) -> Resource:
    """Return a questionnaire with what each answer counts; FHIR R4 has no place for bands and sums."""
    made: Resource = {
        "resourceType": "Questionnaire",
        "id": pack.id,
        "url": canonical(pack),
        "version": pack.version,
        "name": "".join(part.capitalize() for part in pack.id.split("-")),
        "title": pack.title,
        "status": "active",
        "subjectType": ["Patient"],
        "language": pack.language,
        "publisher": current_clinic().name,
        "copyright": " ".join((pack.notice, pack.loinc.notice)) if pack.loinc else pack.notice,
        "purpose": pack.source,
        "item": [{"linkId": "stem", "type": "display", "text": pack.stem}, *(_item(pack, item) for item in pack.items)],
    }
    if pack.loinc:
        made["code"] = [{"system": LOINC, "code": pack.loinc.panel, "display": pack.title}]
    return made


def code_system(pack: Instrument) -> Resource:
    """Return the clinic's own codes for the questions and answers that have none elsewhere."""
    concepts = [{"code": f"q{item.number}", "display": item.text} for item in pack.items if not item.loinc]
    answers = {_own_answer(item, answer): answer.text for item in pack.items for answer in item.answers if not answer.loinc}
    concepts += [{"code": code, "display": text} for code, text in answers.items()]
    return {
        "resourceType": "CodeSystem",
        "id": f"{pack.id}-codes",
        "url": _system(pack),
        "version": pack.version,
        "name": "".join(part.capitalize() for part in pack.id.split("-")) + "Codes",
        "status": "active",
        "content": "complete",
        "concept": [*concepts, {"code": "total", "display": f"{pack.name} total"}],
    }


def bundle(pack: Instrument) -> Resource:
    """Return the questionnaire with the codes it uses."""
    resources = [questionnaire(pack), code_system(pack)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": each["url"], "resource": each} for each in resources]}


def result(sheet: Sheet, score: StoredScore | None) -> Resource:
    """Return one patient's answers, with the total as an observation when there is one."""
    response = _response(sheet)
    entries = [{"fullUrl": _urn(sheet.response.uid), "resource": response}]
    if score is not None and score.total is not None:
        entries.append({"fullUrl": _urn(score.uid), "resource": _observation(sheet, score)})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def canonical(pack: Instrument) -> str:
    """Return the address that names a questionnaire wherever it is."""
    return f"{current_clinic().base_url}/fhir/Questionnaire/{pack.id}"


def _system(pack: Instrument) -> str:
    return f"{current_clinic().base_url}/fhir/CodeSystem/{pack.id}"


def _item(pack: Instrument, item: Item) -> Resource:
    code = {"system": LOINC, "code": item.loinc} if item.loinc else {"system": _system(pack), "code": f"q{item.number}"}
    return {
        "linkId": str(item.number),
        "code": [code],
        "text": item.text,
        "type": "choice",
        "required": False,
        "answerOption": [{"valueCoding": _coding(pack, item, answer)} for answer in item.answers],
    }


def _coding(pack: Instrument, item: Item, answer: Answer) -> Resource:
    code = {"system": LOINC, "code": answer.loinc} if answer.loinc else {"system": _system(pack), "code": _own_answer(item, answer)}
    return {"extension": [{"url": ORDINAL, "valueDecimal": answer.value}], **code, "display": answer.text}


def _own_answer(item: Item, answer: Answer) -> str:
    return f"q{item.number}a{answer.value}"


def _response(sheet: Sheet) -> Resource:
    pack, row = sheet.instrument, sheet.response
    given = [(item, item.answer(value)) for item in pack.items if (value := sheet.value_of(item.number)) is not None]
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": str(row.uid),
        "questionnaire": f"{canonical(pack)}|{pack.version}",
        "status": "completed" if row.finished_at else "in-progress" if row.is_open else "stopped",
        "subject": {"reference": _urn(row.patient_uid)},
        "source": {"reference": _urn(row.patient_uid)},
        "item": [
            {"linkId": str(item.number), "text": item.text, "answer": [{"valueCoding": _coding(pack, item, answer)}]} for item, answer in given if answer is not None
        ],
    }
    authored = row.finished_at or row.started_at
    if authored:
        made["authored"] = authored.isoformat()
    if not made["item"]:
        del made["item"]
    return made


def _observation(sheet: Sheet, score: StoredScore) -> Resource:
    pack = sheet.instrument
    code = {"system": LOINC, "code": pack.loinc.total} if pack.loinc else {"system": _system(pack), "code": "total"}
    made: Resource = {
        "resourceType": "Observation",
        "id": str(score.uid),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "survey", "display": "Survey"}]}],
        "code": {"coding": [code], "text": f"{pack.name} total"},
        "subject": {"reference": _urn(score.patient_uid)},
        "effectiveDateTime": score.taken_at.isoformat(),
        "valueQuantity": {"value": score.total, "unit": "points", "system": "http://unitsofmeasure.org", "code": "{score}"},
        "derivedFrom": [{"reference": _urn(sheet.response.uid)}],
    }
    band = next((band for band in pack.bands if band.id == score.band), None)
    if band is not None:
        made["interpretation"] = [{"text": f"{band.text} ({pack.bands_source})"}]
    return made


def _urn(uid: UUID) -> str:
    return f"urn:uuid:{uid}"
