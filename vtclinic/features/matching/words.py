"""Reasons, unmet wishes and what stands in the way, in words: facts and the patient's own wishes, no scores and no praise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy, ngettext
from vtclinic.features.matching.engine import Constraint, Decider, Reason, Relaxation, Unmet
from vtclinic.features.matching.models import Outcome
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

_VOCABULARIES: Mapping[str, Mapping[str, Any]] = {
    "specialities": staff.SPECIALITIES,
    "modalities": staff.MODALITIES,
    "style": staff.STYLES,
    "gender": staff.GENDERS,
    "times": staff.TIMES,
    "formats": staff.FORMATS,
}


def reason(entry: Reason) -> str:
    """Return why somebody is shown, as one sentence without a full stop."""
    what = _spoken(entry.facet, entry.values)
    return _REASONS.get(entry.facet, _other_reason)(what)


def unmet(wish: Unmet, name: str) -> str:
    """Return a wish that is not met, and how it is with this therapist."""
    return _UNMET.get(wish.facet, _other_unmet)(_spoken(wish.facet, wish.wanted), name)


def heading(count: int) -> str:
    """Return the page's heading."""
    if count == 3:
        return _("Three therapists who fit what you told us")
    if count == 2:
        return _("Two therapists who fit what you told us")
    return _("One therapist who fits what you told us")


def obstacle(entry: Relaxation) -> str:
    """Return what one relaxed constraint would bring, as a sentence; empty for what nobody may relax."""
    said = _RELAXED.get((entry.violation.constraint, entry.violation.facet)) or _RELAXED.get((entry.violation.constraint, ""))
    return said(entry.count) if said and entry.decider is not Decider.NOBODY else ""


def kinds(codes: Iterable[str]) -> list[str]:
    """Return which kinds of things fit, for people who may not read the answers themselves."""
    return list(dict.fromkeys(str(_KINDS.get(code, _KINDS["preference"])) for code in codes))


def kinds_that_fit(outcome: Outcome) -> list[str]:
    """Return why the first choice was chosen, by kinds alone."""
    return kinds(reason.code for reason in outcome.choices[0].reasons) if outcome.choices else []


def kinds_that_block(outcome: Outcome) -> list[str]:
    """Return what keeps everybody from this person, by kinds alone; what nobody may relax says no more than that."""
    if outcome.fitting:
        return [_("Those who fit have no space left")]
    found = [entry.violation.constraint for entry in outcome.relaxations if entry.decider is not Decider.NOBODY]
    return list(dict.fromkeys(str(_BLOCKS[each]) for each in found)) or [_("Licence, training or age group")]


def see_them(count: int) -> str:
    """Return the words of the button that shows whom a relaxed wish brings."""
    if count > 3:
        return _("See three of them")
    return {1: _("See this person"), 2: _("See these two"), 3: _("See these three")}[count]


def _spoken(facet: str, codes: tuple[str, ...]) -> str:
    if facet == "languages":
        return staff.joined(records.language_names(list(codes)))
    vocabulary = _VOCABULARIES.get(facet)
    return staff.joined(staff.spoken(codes, vocabulary)) if vocabulary else ""


def _other_reason(what: str) -> str:
    return _("Meets a wish you told us")


def _other_unmet(what: str, name: str) -> str:
    return _("One of your wishes is not met by %(name)s.", name=name)


_REASONS: Mapping[str, Callable[[str], str]] = {
    "specialities": lambda what: _("Works a lot with %(what)s", what=what),
    "times": lambda what: _("Works on %(what)s, as you asked", what=what),
    "modalities": lambda what: _("Trained in %(what)s, which you asked about", what=what),
    "style": lambda what: _("You asked for someone %(what)s", what=what),
    "gender": lambda what: _("You asked for %(what)s", what=what),
    "formats": lambda what: _("Meets the way you asked: %(what)s", what=what),
    "languages": lambda what: _("Speaks %(what)s with you", what=what),
}
_KINDS: Mapping[str, Any] = {
    "problem": lazy("Works with what they want help with"),
    "times": lazy("Works at times they chose"),
    "modality": lazy("Knows a method they asked about"),
    "culture": lazy("Meets a wish of theirs"),
    "preference": lazy("Meets a wish of theirs"),
    "must": lazy("Meets what is a must for them"),
    "language": lazy("Speaks their language"),
}
_BLOCKS: Mapping[Constraint, Any] = {
    Constraint.MUST: lazy("Something that is a must for them"),
    Constraint.FORMAT: lazy("The way to meet"),
    Constraint.LANGUAGE: lazy("The language"),
    Constraint.CAPACITY: lazy("Those who fit have no space left"),
}
_UNMET: Mapping[str, Callable[[str, str], str]] = {
    "specialities": lambda what, name: _("You want help with %(what)s. %(name)s works more with other things.", what=what, name=name),
    "times": lambda what, name: _("You asked for %(what)s. %(name)s has none.", what=what, name=name),
    "modalities": lambda what, name: _("You asked about %(what)s. %(name)s works in other ways.", what=what, name=name),
    "style": lambda what, name: _("You asked for someone %(what)s. %(name)s works in another way.", what=what, name=name),
    "gender": lambda what, name: _("You asked for %(what)s. %(name)s is not.", what=what, name=name),
    "formats": lambda what, name: _("You asked for this way to meet: %(what)s. %(name)s meets in other ways.", what=what, name=name),
}
_RELAXED: Mapping[tuple[str, str], Callable[[int], str]] = {
    (Constraint.MUST, "gender"): lambda count: ngettext("%(num)s person fits if you talk with somebody of any gender.", "%(num)s people fit if you talk with somebody of any gender.", count),
    (Constraint.MUST, "times"): lambda count: ngettext("%(num)s person fits if other times are OK.", "%(num)s people fit if other times are OK.", count),
    (Constraint.MUST, "style"): lambda count: ngettext("%(num)s person fits if another way of working is OK.", "%(num)s people fit if another way of working is OK.", count),
    (Constraint.MUST, ""): lambda count: ngettext("%(num)s person fits without one of your musts.", "%(num)s people fit without one of your musts.", count),
    (Constraint.FORMAT, ""): lambda count: ngettext("%(num)s person fits if you meet in another way.", "%(num)s people fit if you meet in another way.", count),
    (Constraint.LANGUAGE, ""): lambda count: ngettext("%(num)s person fits if you speak another language.", "%(num)s people fit if you speak another language.", count),
    (Constraint.CAPACITY, ""): lambda count: ngettext("%(num)s person fits and has no space now. You can wait.", "%(num)s people fit and have no space now. You can wait.", count),
}
