"""What a made-up clinic and its people are described by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Licence:
    """A registration of a made-up therapist; `checked` by the clinic or waiting."""

    number: str
    register: str
    country: str
    region: str = ""
    checked: bool = True


@dataclass(frozen=True)
class TherapistPart:
    """One therapist; `week` maps a weekday (Monday 0) to hours as ("09:00", "17:00") pairs."""

    name: str
    email: str
    face: str
    timezone: str
    practice: dict[str, Any]
    week: dict[int, list[tuple[str, str]]]
    licences: tuple[Licence, ...]
    story: str


@dataclass(frozen=True)
class Scores:
    """Answers to one questionnaire given some days ago; `safe` goes with an answer above zero to item 9 of PHQ-9."""

    days_ago: int
    instrument: str
    answers: tuple[int, ...]
    safe: str = ""


@dataclass(frozen=True)
class PatientPart:
    """One patient and how far they have come.

    `stage`: "unconfirmed", "begun" (some questions answered), "told" (all sent), "asked" (wants a person's help) or "care".
    `sessions` are days from today (0 is today); `words` are (days ago, wall time, from the patient, text).
    """

    name: str
    email: str
    timezone: str
    stage: str
    story: str
    answers: dict[str, Any] = field(default_factory=dict)
    therapist: str = ""
    scores: tuple[Scores, ...] = ()
    sessions: tuple[int, ...] = ()
    words: tuple[tuple[int, str, bool, str], ...] = ()
    emergency: dict[str, str] = field(default_factory=dict)
    # The wall time of sessions every other week, agreed on with the therapist.
    regular: str = ""
    # Those of the sessions to which they did not come.
    missed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cast:
    """One clinic and its people."""

    slug: str
    name: str
    country: str
    timezone: str
    theme: str
    admin: tuple[str, str]
    invited: tuple[str, str]
    therapists: tuple[TherapistPart, ...]
    patients: tuple[PatientPart, ...]
    own_question: tuple[str, str, tuple[str, ...]] | None = None


DAYTIME = {day: [("09:00", "13:00"), ("14:00", "18:00")] for day in range(5)}
# Wide hours, so that the demonstration has sessions whenever somebody looks at it.
ANY_TIME = {day: [("06:00", "23:00")] for day in range(7)}
EVENINGS = {day: [("16:00", "21:00")] for day in (0, 1, 3)} | {5: [("10:00", "14:00")]}


def told(name: str, country: str, city: str, *, region: str = "", pronouns: str = "", born: str = "1992-04-18", **more: Any) -> dict[str, Any]:
    """Return the answers to the first questions of somebody who told all of it; `more` changes some."""
    first = {"care": "yes", "sharing": "yes", "name": name, "pronouns": pronouns or None, "languages": ["en"], "born": born}
    last: dict[str, Any] = {"problems": ["low-mood", "sleep"], "words": "I sleep badly since spring, and everything feels heavy.", "gender": None, "style": ["calm"], "formats": ["video"], "times": None, "musts": None}
    return first | {"place": {"country": country, "region": region, "city": city}} | last | more
