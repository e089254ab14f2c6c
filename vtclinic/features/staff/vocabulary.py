"""The words therapists and patients choose from: stored as codes, shown in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy

# Each phrase completes "Works with …" and reads the same after "I want help with …".
SPECIALITIES: Mapping[str, Any] = {
    "low-mood": lazy("low mood"),
    "worry": lazy("worry"),
    "panic": lazy("panic"),
    "stress": lazy("stress"),
    "work": lazy("work or study"),
    "sleep": lazy("sleep"),
    "grief": lazy("grief"),
    "trauma": lazy("bad things that happened"),
    "relationships": lazy("relationships"),
    "family": lazy("family"),
    "parenting": lazy("being a parent"),
    "loneliness": lazy("feeling alone"),
    "self-worth": lazy("how you see yourself"),
    "anger": lazy("anger"),
    "eating": lazy("eating and body"),
    "alcohol-drugs": lazy("alcohol or drugs"),
    "ocd": lazy("thoughts or acts that repeat"),
    "health": lazy("pain or illness"),
    "change": lazy("big changes in life"),
    "identity": lazy("gender or sexuality"),
    "migration": lazy("life in a new country"),
}

MODALITIES: Mapping[str, Any] = {
    "cbt": lazy("CBT (cognitive behavioural therapy)"),
    "act": lazy("ACT (acceptance and commitment therapy)"),
    "dbt": lazy("DBT skills"),
    "emdr": lazy("EMDR"),
    "ipt": lazy("Interpersonal therapy"),
    "psychodynamic": lazy("Psychodynamic therapy"),
    "person-centred": lazy("Person-centred therapy"),
    "systemic": lazy("Family and systemic therapy"),
    "mindfulness": lazy("Mindfulness"),
    "solution-focused": lazy("Solution-focused therapy"),
}

# Each phrase completes "You asked for someone …".
STYLES: Mapping[str, Any] = {
    "calm": lazy("calm"),
    "warm": lazy("warm"),
    "practical": lazy("who gives you things to try"),
    "your-pace": lazy("who lets you set the pace"),
    "direct": lazy("who says things plainly"),
    "structured": lazy("who plans each session"),
}

FORMATS: Mapping[str, Any] = {
    "video": lazy("Video call"),
    "audio": lazy("Phone or audio call"),
    "chat": lazy("Live text chat"),
    "message": lazy("Messages"),
}

AGE_BANDS: Mapping[str, Any] = {
    "child": lazy("Children (up to 12)"),
    "teen": lazy("Teenagers (13 to 17)"),
    "adult": lazy("Adults (18 to 64)"),
    "older": lazy("Older adults (65 and over)"),
}

GENDERS: Mapping[str, Any] = {
    "woman": lazy("a woman"),
    "man": lazy("a man"),
    "non-binary": lazy("a non-binary person"),
}

TIMES: Mapping[str, Any] = {
    "morning": lazy("weekday mornings"),
    "afternoon": lazy("weekday afternoons"),
    "evening": lazy("weekday evenings"),
    "saturday": lazy("Saturdays"),
    "sunday": lazy("Sundays"),
}

# How much risk a therapist is trained to hold; the numbers are the matching engine's.
RISK_LEVELS: Mapping[int, Any] = {
    0: lazy("People who are not at risk"),
    1: lazy("People with some risk"),
    2: lazy("People at high risk"),
}


def spoken(codes: Iterable[str], words: Mapping[str, Any]) -> list[str]:
    """Return the words of some codes in the vocabulary's own order; unknown codes are left out."""
    chosen = set(codes)
    return [str(text) for code, text in words.items() if code in chosen]


def joined(parts: Iterable[str]) -> str:
    """Return "sleep", "sleep and worry" or "sleep, grief and worry"."""
    listed = list(parts)
    if len(listed) < 2:
        return "".join(listed)
    return _("%(first)s and %(last)s", first=", ".join(listed[:-1]), last=listed[-1])
