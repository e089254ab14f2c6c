"""The first questions as data: what we ask, why, and who sees the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vtclinic.core.i18n import lazy as _l
from vtclinic.features.staff import api as staff

Options = Callable[[], Mapping[str, Any]]


class Kind(StrEnum):
    """How a question is answered."""

    CONSENT = "consent"
    TEXT = "text"
    DAY = "day"
    PLACE = "place"
    LANGUAGES = "languages"
    MANY = "many"
    ONE = "one"
    WORDS = "words"


@dataclass(frozen=True)
class Question:
    """One page of the wizard. `record` names the field of the patient's record it fills; `must` keeps it from being left out."""

    key: str
    kind: Kind
    title: Any
    why: Any
    who: Any
    short: Any
    hint: Any = ""
    options: Options | None = None
    record: str = ""
    must: bool = False
    sensitive: bool = False

    @property
    def is_read_by_word_list(self) -> bool:
        """Tell whether the answer is in somebody's own words; names and the like are not looked at."""
        return self.kind in (Kind.WORDS, Kind.TEXT) and not self.record


CARE_TEAM = _l("Your care team sees this.")
MATCH_ONLY = _l("We use this to find therapists who fit. The one you choose sees it.")

WISHES = {
    "gender": _l("Who the therapist is"),
    "style": _l("How the therapist works"),
    "times": _l("The times"),
}

QUESTIONS: tuple[Question, ...] = (
    Question(
        "care",
        Kind.CONSENT,
        _l("May we care for you here?"),
        _l("We need your yes before a therapist may work with you."),
        _l("Your care team and the clinic see that you agreed."),
        _l("Care here"),
        must=True,
    ),
    Question(
        "sharing",
        Kind.CONSENT,
        _l("May your care team read what you tell us?"),
        _l("A therapist can only help with what they know."),
        _l("Your care team and the clinic see that you agreed."),
        _l("Who sees what"),
        must=True,
    ),
    Question(
        "name",
        Kind.TEXT,
        _l("What should we call you?"),
        _l("So that we greet you the way you like."),
        CARE_TEAM,
        _l("Name"),
        hint=_l("A first name is enough."),
        record="preferred_name",
    ),
    Question(
        "pronouns",
        Kind.TEXT,
        _l("Which pronouns do you use?"),
        _l("So that we speak about you the right way."),
        CARE_TEAM,
        _l("Pronouns"),
        hint=_l("For example: she, he, they."),
        record="pronouns",
    ),
    Question(
        "languages",
        Kind.LANGUAGES,
        _l("Which languages can we speak with you?"),
        _l("So that you and your therapist understand each other."),
        MATCH_ONLY,
        _l("Languages"),
        hint=_l("Choose all that work for you."),
        record="languages",
        must=True,
    ),
    Question(
        "born",
        Kind.DAY,
        _l("When were you born?"),
        _l("Some therapists work with certain ages."),
        CARE_TEAM,
        _l("Date of birth"),
        record="date_of_birth",
    ),
    Question(
        "place",
        Kind.PLACE,
        _l("Where are you most of the time?"),
        _l("A therapist needs a licence for your place. In an emergency we know which number to call."),
        CARE_TEAM,
        _l("Place"),
        record="place",
        must=True,
    ),
    Question(
        "problems",
        Kind.MANY,
        _l("What would you like help with?"),
        _l("So that we find someone who knows about it."),
        MATCH_ONLY,
        _l("Help with"),
        hint=_l("Choose as many as you like. You can say more later."),
        options=lambda: staff.SPECIALITIES,
        sensitive=True,
    ),
    Question(
        "words",
        Kind.WORDS,
        _l("What brings you here, in your words?"),
        _l("So that you need not tell it twice."),
        CARE_TEAM,
        _l("In your words"),
        hint=_l("A line is enough. Leave out what you do not want to write yet."),
        sensitive=True,
    ),
    Question(
        "gender",
        Kind.MANY,
        _l("Would you rather talk with …"),
        _l("Some people find it easier to talk with a woman, or with a man."),
        MATCH_ONLY,
        _l("Therapist"),
        hint=_l("Choose none if it makes no difference."),
        options=lambda: staff.GENDERS,
    ),
    Question(
        "style",
        Kind.MANY,
        _l("You would like someone …"),
        _l("People work in different ways."),
        MATCH_ONLY,
        _l("Someone …"),
        hint=_l("Choose up to three. None is fine too."),
        options=lambda: staff.STYLES,
    ),
    Question(
        "formats",
        Kind.MANY,
        _l("How would you like to meet?"),
        _l("Not every therapist offers every way."),
        MATCH_ONLY,
        _l("Ways to meet"),
        hint=_l("Choose all that are fine. None means all are fine."),
        options=lambda: staff.FORMATS,
    ),
    Question(
        "times",
        Kind.MANY,
        _l("When could you meet?"),
        _l("So that we find someone who is free then."),
        MATCH_ONLY,
        _l("Times"),
        hint=_l("Choose all that can work. None means any time."),
        options=lambda: staff.TIMES,
    ),
    Question(
        "musts",
        Kind.MANY,
        _l("Is one of your wishes a must?"),
        _l("We only show people who meet it. More musts mean fewer people."),
        MATCH_ONLY,
        _l("Musts"),
        hint=_l("Choose none if your wishes are wishes."),
        options=lambda: WISHES,
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}
# Care, the law and the search for a therapist need the others.
CAN_BE_LEFT_OUT = tuple(key for key, question in BY_KEY.items() if not question.must and key not in ("name", "musts"))


@dataclass(frozen=True)
class ConsentText:
    """One version of what somebody agrees to. Change the version with the words: it is stored with each consent."""

    kind: str
    version: str
    says: tuple[Any, ...]
    without: Any


CONSENTS: dict[str, ConsentText] = {
    "care": ConsentText(
        "care",
        "2026-1",
        (
            _l("A therapist of this clinic may work with you online."),
            _l("We keep what you write and say here, encrypted, for as long as the law asks."),
            _l("This is not an emergency service. In danger, use Get help now."),
            _l("You can take your yes back at any time."),
        ),
        _l("Without this we cannot offer you care."),
    ),
    "sharing": ConsentText(
        "sharing",
        "2026-2",
        (
            _l("Your therapist reads your answers, messages and results."),
            _l("If an answer says you may be in danger, therapists on duty may read that answer too."),
            _l("A word list looks for words of danger in what you write to us. Then a person reads it sooner. Your journal is never looked at."),
            _l("People who run the clinic see your name and your bookings, never your answers."),
            _l("You can see who opened your record."),
        ),
        _l("Without this a therapist could not read what you tell us."),
    ),
}
