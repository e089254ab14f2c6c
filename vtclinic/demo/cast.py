"""The demonstration's clinics and made-up people, as data. Nobody here is real; names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PASSWORD = "calm blue harbour"  # noqa: S105 - printed on purpose: it opens made-up accounts only
IT_ADMIN = "it@vtclinic.example"


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


_DAYTIME = {day: [("09:00", "13:00"), ("14:00", "18:00")] for day in range(5)}
# Wide hours, so that the demonstration has sessions whenever somebody looks at it.
_ANY_TIME = {day: [("06:00", "23:00")] for day in range(7)}
_EVENINGS = {day: [("16:00", "21:00")] for day in (0, 1, 3)} | {5: [("10:00", "14:00")]}


def _told(name: str, country: str, city: str, *, region: str = "", pronouns: str = "", born: str = "1992-04-18", **more: Any) -> dict[str, Any]:
    first = {"care": "yes", "sharing": "yes", "name": name, "pronouns": pronouns or None, "languages": ["en"], "born": born}
    last: dict[str, Any] = {"problems": ["low-mood", "sleep"], "words": "I sleep badly since spring, and everything feels heavy.", "gender": None, "style": ["calm"], "formats": ["video"], "times": None, "musts": None}
    return first | {"place": {"country": country, "region": region, "city": city}} | last | more


HARBOUR = Cast(
    slug="harbour",
    name="Harbour",
    country="IE",
    timezone="Europe/Dublin",
    theme="calm",
    admin=("Ruth Daly", "ruth@harbour.example"),
    invited=("Oskar Lind", "oskar@harbour.example"),
    therapists=(
        TherapistPart(
            "Amara Okafor",
            "amara@harbour.example",
            "amara",
            "Europe/Madrid",
            {
                "title": "Clinical psychologist",
                "practising_since": 2013,
                "languages": ["en", "es"],
                "specialities": ["low-mood", "worry", "sleep", "migration", "self-worth"],
                "modalities": ["cbt", "act"],
                "styles": ["calm", "your-pace"],
                "formats": ["video", "audio", "message"],
                "age_bands": ["adult", "older"],
                "gender": "woman",
                "risk": 2,
                "capacity": 30,
                "bio": "We go at your pace. I listen first, and then we try small things between sessions and see what helps.",
            },
            _ANY_TIME,
            (Licence("IE-204417", "Irish register of psychologists", "IE"),),
            "Therapist: clients, a risk task, messages",
        ),
        TherapistPart(
            "Tomas Brennan",
            "tomas@harbour.example",
            "tomas",
            "Europe/Dublin",
            {
                "title": "Psychotherapist",
                "practising_since": 2008,
                "languages": ["en"],
                "specialities": ["low-mood", "grief", "relationships", "anger"],
                "modalities": ["person-centred", "psychodynamic"],
                "styles": ["warm", "calm"],
                "formats": ["video", "chat", "message"],
                "age_bands": ["adult", "older"],
                "gender": "man",
                "risk": 1,
                "capacity": 18,
                "bio": "Loss and family are what I know best. There is no right way to be sad, and no hurry here.",
            },
            _DAYTIME,
            (Licence("IE-118930", "Irish register of psychotherapists", "IE"), Licence("GB-77120", "British register of psychotherapists", "GB", checked=False)),
            "Therapist: one licence waits to be checked",
        ),
        TherapistPart(
            "Niamh Walsh",
            "niamh@harbour.example",
            "niamh",
            "Europe/Dublin",
            {
                "title": "Psychotherapist",
                "practising_since": 2018,
                "languages": ["en", "ga"],
                "specialities": ["low-mood", "worry", "panic", "stress", "sleep"],
                "modalities": ["cbt", "mindfulness"],
                "styles": ["practical", "structured"],
                "formats": ["video", "audio"],
                "age_bands": ["teen", "adult"],
                "gender": "woman",
                "risk": 1,
                "capacity": 22,
                "bio": "I like clear plans. Each session ends with one thing to try, and we look together at how it went.",
            },
            _DAYTIME,
            (Licence("IE-131552", "Irish register of psychotherapists", "IE"),),
            "Therapist: daytime hours",
        ),
        TherapistPart(
            "Idris Kamara",
            "idris@harbour.example",
            "idris",
            "Europe/Dublin",
            {
                "title": "Counselling psychologist",
                "practising_since": 2016,
                "languages": ["en", "fr"],
                "specialities": ["low-mood", "trauma", "migration", "loneliness", "work"],
                "modalities": ["emdr", "act"],
                "styles": ["calm", "direct"],
                "formats": ["video", "audio", "message"],
                "age_bands": ["adult"],
                "gender": "man",
                "risk": 2,
                "capacity": 16,
                "bio": "Many people I see have left one life and begun another. We make room for both.",
            },
            _EVENINGS,
            (Licence("IE-220761", "Irish register of psychologists", "IE"),),
            "Therapist: evenings and Saturdays",
        ),
    ),
    patients=(
        PatientPart(
            "Sam Byrne",
            "sam@patients.example",
            "Europe/Dublin",
            "care",
            "Patient: in care, scores over time, a new message, a session soon",
            _told("Sam", "IE", "Cork", pronouns="they"),
            "amara@harbour.example",
            (
                Scores(44, "phq-9", (3, 2, 3, 2, 2, 2, 2, 2, 0)),
                Scores(44, "gad-7", (2, 2, 2, 2, 1, 1, 1)),
                Scores(30, "phq-9", (2, 2, 3, 2, 2, 2, 2, 2, 0)),
                Scores(16, "phq-9", (2, 2, 2, 2, 1, 2, 2, 1, 0)),
                Scores(2, "phq-9", (2, 1, 2, 2, 1, 2, 1, 1, 0)),
                Scores(2, "gad-7", (2, 1, 2, 1, 1, 1, 1)),
            ),
            (-37, -23, -9, 1),
            (
                (3, "17:10", False, "Good to see you on Tuesday. How did the walk before breakfast go?"),
                (2, "11:25", True, "I went three times. The first morning was hard. The third one I liked."),
                (1, "16:40", False, "Three times is a lot after a week like that. Keep what worked, and let us look at the hard morning when we meet."),
            ),
            {"name": "Jo Byrne", "relation": "sister", "phone": "+353 1 555 0134"},
        ),
        PatientPart(
            "Yusuf Aydin",
            "yusuf@patients.example",
            "Europe/Dublin",
            "care",
            "Patient: an answer today raised a risk task",
            _told("Yusuf", "IE", "Dublin", pronouns="he", born="1998-11-02", problems=["low-mood", "loneliness"]),
            "amara@harbour.example",
            (
                Scores(21, "phq-9", (2, 2, 2, 2, 1, 2, 2, 1, 0)),
                Scores(21, "gad-7", (1, 1, 2, 1, 1, 1, 1)),
                Scores(0, "phq-9", (2, 2, 2, 2, 1, 2, 2, 1, 1), "yes"),
            ),
            (-14, 0),
            ((1, "14:05", True, "This week is heavier than the last one. I will tell you when we talk."),),
            {"name": "Elif Aydin", "relation": "mother", "phone": "+353 1 555 0172"},
        ),
        PatientPart(
            "Jakub Nowak",
            "jakub@patients.example",
            "Europe/Dublin",
            "care",
            "Patient: a session today",
            _told("Jakub", "IE", "Galway", pronouns="he", born="1985-02-27", problems=["sleep", "stress"]),
            "amara@harbour.example",
            (
                Scores(40, "phq-9", (2, 2, 3, 2, 2, 2, 2, 3, 0)),
                Scores(40, "gad-7", (2, 2, 2, 2, 1, 1, 1)),
                Scores(4, "phq-9", (1, 1, 2, 2, 1, 2, 1, 2, 0)),
                Scores(4, "gad-7", (1, 2, 1, 2, 1, 1, 1)),
            ),
            (-33, -19, -5, 0),
        ),
        PatientPart(
            "Grace Murphy",
            "grace@patients.example",
            "Europe/Dublin",
            "told",
            "Patient: has told everything, chooses a therapist next",
            _told("Grace", "IE", "Limerick", pronouns="she", born="1979-07-14", problems=["low-mood", "grief"], style=["calm", "warm"]),
            scores=(Scores(0, "phq-9", (1, 2, 2, 2, 1, 1, 1, 0, 0)), Scores(0, "gad-7", (1, 1, 1, 1, 0, 1, 0))),
        ),
        PatientPart(
            "Eva Lindqvist",
            "eva@patients.example",
            "Europe/Dublin",
            "begun",
            "Patient: stopped half-way through the first questions",
            {"care": "yes", "sharing": "yes", "name": "Eva", "pronouns": None, "languages": ["en", "sv"]},
        ),
        PatientPart(
            "Priya Raman",
            "priya@patients.example",
            "Europe/Dublin",
            "asked",
            "Patient: asked a person to help choose",
            _told("Priya", "IE", "Waterford", pronouns="she", problems=["panic", "parenting"], gender=["woman"], musts=["gender"]),
            scores=(Scores(1, "phq-9", (1, 1, 2, 1, 0, 1, 1, 0, 0)), Scores(1, "gad-7", (3, 2, 3, 2, 2, 2, 3))),
        ),
        PatientPart("Conor Walsh", "conor@patients.example", "Europe/Dublin", "unconfirmed", "Patient: never used the confirmation link"),
    ),
    own_question=("How did you find us?", "It helps us to reach others.", ("A friend or family", "A doctor", "The web", "Another way")),
)

NORTHSIDE = Cast(
    slug="northside",
    name="Northside",
    country="CA",
    timezone="America/Toronto",
    theme="warm",
    admin=("Dana Roy", "dana@northside.example"),
    invited=("Ellis Grant", "ellis@northside.example"),
    therapists=(
        TherapistPart(
            "Mei Tanaka",
            "mei@northside.example",
            "mei",
            "America/Toronto",
            {
                "title": "Registered psychotherapist",
                "practising_since": 2012,
                "languages": ["en", "ja"],
                "specialities": ["low-mood", "worry", "family", "sleep"],
                "modalities": ["ipt", "cbt"],
                "styles": ["warm", "calm"],
                "formats": ["video", "message"],
                "age_bands": ["adult", "older"],
                "gender": "woman",
                "risk": 1,
                "capacity": 20,
                "bio": "We look at the people around you and at what you need from each other.",
            },
            _ANY_TIME,
            (Licence("ON-5521", "Ontario register", "CA", "ON"),),
            "Therapist: one client",
        ),
        TherapistPart(
            "Joana Pires",
            "joana@northside.example",
            "joana",
            "America/Toronto",
            {
                "title": "Psychologist",
                "practising_since": 2015,
                "languages": ["en", "pt"],
                "specialities": ["low-mood", "worry", "eating", "self-worth"],
                "modalities": ["act", "mindfulness"],
                "styles": ["your-pace", "calm"],
                "formats": ["video", "audio"],
                "age_bands": ["teen", "adult"],
                "gender": "woman",
                "risk": 1,
                "capacity": 15,
                "bio": "Small steps, often. I speak plainly and I laugh easily.",
            },
            _DAYTIME,
            (Licence("ON-7719", "Ontario register", "CA", "ON"),),
            "Therapist: daytime hours",
        ),
        TherapistPart(
            "Leila Haddad",
            "leila@northside.example",
            "leila",
            "America/Toronto",
            {
                "title": "Psychologist",
                "practising_since": 2010,
                "languages": ["en", "ar", "fr"],
                "specialities": ["trauma", "migration", "grief", "low-mood"],
                "modalities": ["emdr", "person-centred"],
                "styles": ["calm", "warm"],
                "formats": ["video", "audio", "message"],
                "age_bands": ["adult", "older"],
                "gender": "woman",
                "risk": 2,
                "capacity": 15,
                "bio": "You decide what we speak about, and when. I will be there for all of it.",
            },
            _EVENINGS,
            (Licence("ON-6130", "Ontario register", "CA", "ON"),),
            "Therapist: evenings and Saturdays",
        ),
    ),
    patients=(
        # The same address as at Harbour: another account, of another clinic.
        PatientPart(
            "Sam Byrne",
            "sam@patients.example",
            "America/Toronto",
            "care",
            "Patient: the same address as at Harbour, and nothing in common with it",
            _told("Sam", "CA", "Toronto", region="ON", pronouns="they"),
            "mei@northside.example",
            (Scores(12, "phq-9", (1, 1, 2, 1, 1, 1, 1, 0, 0)), Scores(12, "gad-7", (2, 2, 1, 2, 1, 1, 1))),
            (-5, 1),
            ((1, "15:30", False, "I put our next time in the calendar. Write here if something comes up."),),
            regular="18:00",
        ),
        PatientPart(
            "Noor Rahman",
            "noor@patients.example",
            "America/Toronto",
            "told",
            "Patient: chooses a therapist next",
            _told("Noor", "CA", "Ottawa", region="ON", pronouns="she", problems=["worry", "family"]),
            scores=(Scores(0, "phq-9", (1, 1, 1, 1, 0, 1, 0, 0, 0)), Scores(0, "gad-7", (2, 2, 2, 1, 1, 1, 1))),
        ),
    ),
)

CASTS = (HARBOUR, NORTHSIDE)
