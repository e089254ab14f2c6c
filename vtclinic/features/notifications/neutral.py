"""A linter for words that leave the app: mails, notices, lines, calendar files. Whoever looks over a shoulder learns nothing from them. Pure.

It knows stems that tell of care, the values that may stand in a text, and how long a line may be. Names of people reach a text through a value
alone, so the list of values is short, and holds none that could carry a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from jinja2 import Environment, meta, nodes

SUBJECT, TITLE, NOTICE = 60, 60, 40
# Stems of words, without accents; English ones hold in every language, since names of methods and questionnaires travel.
STEMS: dict[str, tuple[str, ...]] = {
    "en": (
        *("therap", "counsel", "psych", "mental", "clinical", "patient", "client", "treatment", "diagnos", "disorder", "symptom", "medic", "health", "doctor"),
        *("depress", "anxi", "trauma", "suicid", "self-harm", "crisis", "risk", "mood", "grief", "addict", "drink", "alcohol", "abuse", "panic", "worr", "unwell"),
        *("questionnaire", "assessment", "screening", "score", "session", "safety plan", "phq", "gad-", "gad7", "pcl", "audit-c", "who-5", "core-10"),
    ),
    "de": ("beratung", "klient", "behandlung", "sitzung", "krise", "angst", "stimmung", "fragebogen", "krank", "gesundheit", "arzt", "sucht", "notfallplan"),
    "es": ("terap", "terapia", "paciente", "sesion", "ansiedad", "crisis", "salud", "cuestionario", "tratamiento", "consejer", "estado de animo"),
    "fr": ("therap", "patient", "seance", "anxiete", "crise", "sante", "questionnaire", "traitement", "conseiller", "humeur"),
    "ar": ("علاج", "معالج", "نفسي", "مريض", "جلسة", "اكتئاب", "قلق", "صحة", "ازمة", "تشخيص"),
}
# The word alone says little to those who work there; to a patient's household it says enough.
_TO_PATIENTS = {"en": ("clinic",), "de": ("klinik", "praxis"), "es": ("clinica",), "fr": ("clinique", "cabinet"), "ar": ("عيادة",)}
# Links, moments, counts. A value that is not here may carry a name or content.
VALUES = frozenset({"link", "url", "confirm", "cancel", "pass_url", "leave_url", "when", "whens", "until", "days"})
_GLOBALS = {"_", "gettext", "ngettext", "fmt", "clinic"}
_CLINIC = {"base_url"}
_VALUE_IN_TEXT = re.compile(r"%\((\w+)\)|\{\s*(\w+)|%s")
_parser = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def word_offences(text: str, locale: str = "en", *, staff: bool = False) -> list[str]:
    """Return which words of a text tell of care, in English or the locale's language; staff may read of their clinic."""
    plain = _plain(text)
    language = locale.split("_", maxsplit=1)[0]
    kinds = [STEMS] if staff else [STEMS, _TO_PATIENTS]
    stems = {stem for known in kinds for code in {"en", language} for stem in known.get(code, ())}
    return sorted(stem for stem in stems if re.search(rf"(?<!\w){re.escape(stem)}", plain))


def line_offences(text: str, locale: str = "en", *, most: int = TITLE, staff: bool = False) -> list[str]:
    """Return what is wrong with one line: words, values of any kind, more than one line, or more than `most` characters."""
    found = [f"says {stem}" for stem in word_offences(text, locale, staff=staff)]
    if _VALUE_IN_TEXT.search(text):
        found.append("holds a value")
    if "\n" in text.strip() or not text.strip():
        found.append("is not one line")
    if len(text) > most:
        found.append(f"is longer than {most}")
    return found


def template_offences(source: str, *, staff: bool = False) -> list[str]:
    """Return which values a mail's template uses that could carry a name or content."""
    tree = _parser.parse(source)
    strange = meta.find_undeclared_variables(tree) - VALUES - _GLOBALS
    allowed = _CLINIC | ({"name"} if staff else set())
    found = [f"uses {name}" for name in sorted(strange)]
    return found + [f"uses clinic.{name}" for name in sorted(_of_the_clinic(tree) - allowed)]


def _of_the_clinic(tree: nodes.Template) -> set[str]:
    return {node.attr for node in _attributes(tree) if isinstance(node.node, nodes.Name) and node.node.name == "clinic"}


def _attributes(tree: nodes.Template) -> Iterator[nodes.Getattr]:
    return tree.find_all(nodes.Getattr)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(mark for mark in parts if not unicodedata.combining(mark))
