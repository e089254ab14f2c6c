"""The questions of a patient's profile, one form each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TelField
from wtforms.validators import Optional

from vtclinic.core.errors import Invalid
from vtclinic.core.forms import ClinicForm, grouped, listed
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.scope import current_clinic
from vtclinic.features.records.models import Patient
from vtclinic.features.records.places import (
    COMMON_LANGUAGES,
    country_choices,
    is_language,
    language_choices,
    language_name,
    region_choices,
    zone_choices,
)
from vtclinic.identity.models import User

OWN_WORDS = "own"
PRONOUNS = ("she/her", "he/him", "they/them")
ONLY_CARERS = lazy("Only you and the people who care for you see this.")


class TopicForm(ClinicForm):
    """One question: `fill` shows what is known, `values` says what to keep (as `change_profile` takes it)."""

    def fill(self, patient: Patient, owner: User) -> None:
        """Show what is known."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """Return what to keep; raise Invalid for what does not fit together."""
        raise NotImplementedError

    def left_out(self) -> dict[str, Any]:
        """Return what to keep when the question is left out."""
        raise NotImplementedError


class NameForm(TopicForm):
    """What to call somebody."""

    preferred_name = StringField(lazy("Name to use"), render_kw={"autocomplete": "nickname", "maxlength": 80})

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the chosen name, or the first name of the account."""
        self.preferred_name.data = patient.preferred_name or owner.preferred_name

    def values(self) -> dict[str, Any]:
        """Keep the name."""
        return {"preferred_name": self.preferred_name.data}

    def left_out(self) -> dict[str, Any]:
        """Use the account's name."""
        return {"preferred_name": None}


class PronounsForm(TopicForm):
    """How to speak about somebody."""

    pronouns = RadioField(lazy("Your pronouns"), choices=listed([*((one, one) for one in PRONOUNS), (OWN_WORDS, lazy("My own words"))]), validators=[Optional()])
    own_words = StringField(lazy("Your own words"), render_kw={"maxlength": 40})

    def fill(self, patient: Patient, owner: User) -> None:
        """Choose the known answer, or show it as own words."""
        known = patient.pronouns or ""
        self.pronouns.data = known if known in PRONOUNS or not known else OWN_WORDS
        self.own_words.data = known if known and known not in PRONOUNS else ""

    def values(self) -> dict[str, Any]:
        """Keep the chosen or written words; written words without a choice count too."""
        chosen = self.pronouns.data
        return {"pronouns": chosen if chosen in PRONOUNS else self.own_words.data}

    def left_out(self) -> dict[str, Any]:
        """Keep none."""
        return {"pronouns": None}


class LanguagesForm(TopicForm):
    """Which languages somebody wants to speak."""

    languages = SelectMultipleField(lazy("Languages"), validators=[Optional()])
    more = SelectField(lazy("Another language"), validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages.choices = listed((code, language_name(code)) for code in COMMON_LANGUAGES)
        self.more.choices = listed([("", _("Choose a language")), *(pair for pair in language_choices() if pair[0] not in COMMON_LANGUAGES)])
        self.offer([code for code in self.languages.data or [] if code not in COMMON_LANGUAGES and is_language(code)])

    def fill(self, patient: Patient, owner: User) -> None:
        """Tick what is known, rarer languages included."""
        rarer = [code for code in patient.languages if code not in COMMON_LANGUAGES]
        self.offer(rarer)
        self.languages.data = patient.languages

    def offer(self, codes: list[str]) -> None:
        """Show more languages as tick boxes."""
        self.languages.choices = [*self.languages.choices, *listed((code, language_name(code)) for code in codes)]

    def values(self) -> dict[str, Any]:
        """Keep the ticked ones and the other one."""
        codes = [*(self.languages.data or []), *([self.more.data] if self.more.data else [])]
        if not codes:
            raise _wrong("languages", _("Choose at least one language."))
        return {"languages": codes}

    def left_out(self) -> dict[str, Any]:
        """Keep none."""
        return {"languages": []}


class BirthdayForm(TopicForm):
    """When somebody was born."""

    day = IntegerField(lazy("Day"), validators=[Optional()], render_kw={"inputmode": "numeric", "autocomplete": "bday-day"})
    month = IntegerField(lazy("Month"), validators=[Optional()], render_kw={"inputmode": "numeric", "autocomplete": "bday-month"})
    year = IntegerField(lazy("Year"), validators=[Optional()], render_kw={"inputmode": "numeric", "autocomplete": "bday-year"})

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the known day."""
        born = patient.date_of_birth
        if born is not None:
            self.day.data, self.month.data, self.year.data = born.day, born.month, born.year

    def values(self) -> dict[str, Any]:
        """Keep the day."""
        try:
            return {"date_of_birth": date(self.year.data or 0, self.month.data or 0, self.day.data or 0)}
        except ValueError:
            raise _wrong("day", _("Write a real day, such as 28 2 1990.")) from None

    def left_out(self) -> dict[str, Any]:
        """Keep none."""
        return {"date_of_birth": None}

    def take_errors(self, error: Invalid) -> None:
        """Show what is wrong with the date as a whole at its year."""
        fields = {("year" if name == "date_of_birth" else name): words for name, words in error.fields.items()}
        super().take_errors(Invalid(error.message, fields=fields))


class PlaceForm(TopicForm):
    """Where somebody is."""

    country = SelectField(lazy("Country"), validators=[Optional()])
    region = SelectField(lazy("State or province"), description=lazy("Only in the United States and Canada."), validators=[Optional()])
    city = StringField(lazy("Town or city"), render_kw={"autocomplete": "address-level2", "maxlength": 80})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = current_clinic().country
        everywhere = country_choices()
        self.country.choices = listed([("", _("Choose a country")), *sorted(everywhere, key=lambda pair: pair[0] != home)])
        self.region.choices = [*listed([("", _("None"))]), *grouped(region_choices())]

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the known place."""
        self.country.data, self.city.data = patient.country, patient.city
        self.region.data = f"{patient.country}-{patient.region}" if patient.region else ""

    def values(self) -> dict[str, Any]:
        """Keep the place."""
        if not self.country.data:
            raise _wrong("country", _("Choose a country to go on."))
        country, _dash, region = (self.region.data or "").partition("-")
        if region and country != self.country.data:
            raise _wrong("region", _("Choose a state or province of that country."))
        return {"place": {"country": self.country.data, "region": region, "city": self.city.data or ""}}

    def left_out(self) -> dict[str, Any]:
        """Keep none."""
        return {"place": None}


class ClockForm(TopicForm):
    """By which clock somebody lives."""

    timezone = SelectField(lazy("Place with your clock"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = grouped(zone_choices())

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the account's zone."""
        self.timezone.data = owner.timezone


class ContactForm(TopicForm):
    """How we may reach somebody without putting them at risk."""

    email = BooleanField(lazy("You may e-mail me"), description=lazy("Mails say that something is new, never what."))
    text = BooleanField(lazy("You may text me"))
    call = BooleanField(lazy("You may call me"))
    phone = TelField(lazy("Phone number"), description=lazy("Only if we may text or call."), render_kw={"autocomplete": "tel", "maxlength": 25})
    name_ourselves = BooleanField(lazy("You may say who you are"), description=lazy("If not, we do not name the clinic, also when somebody else answers."))

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the rules that hold."""
        for name, value in patient.safe_contact.items():
            self._fields[name].data = value

    def values(self) -> dict[str, Any]:
        """Keep the rules."""
        return {"safe_contact": {name: self._fields[name].data for name in ("email", "text", "call", "phone", "name_ourselves")}}


class EmergencyForm(TopicForm):
    """Whom we may call when somebody's life may be in danger."""

    contact_name = StringField(lazy("Their name"), render_kw={"maxlength": 80, "autocomplete": "off"})
    relation = StringField(lazy("Who they are to you"), description=lazy("Such as sister, friend or partner."), render_kw={"maxlength": 80, "autocomplete": "off"})
    contact_phone = TelField(lazy("Their phone number"), render_kw={"maxlength": 25, "autocomplete": "off"})
    agreed = BooleanField(lazy("You may call this person if my life may be in danger"), description=lazy("You can take this back at any time."))

    def fill(self, patient: Patient, owner: User) -> None:
        """Show the known person."""
        person = patient.emergency_contact
        self.contact_name.data, self.relation.data, self.contact_phone.data = person.get("name"), person.get("relation"), person.get("phone")
        self.agreed.data = bool(person)

    def values(self) -> dict[str, Any]:
        """Keep the person, only with consent."""
        if not self.agreed.data:
            raise _wrong("agreed", _("Tick this, or choose Leave this out."))
        return {"emergency_contact": {"name": self.contact_name.data, "relation": self.relation.data, "phone": self.contact_phone.data}}

    def left_out(self) -> dict[str, Any]:
        """Forget the person and the consent."""
        return {"emergency_contact": None}


@dataclass(frozen=True)
class Topic:
    """One page of the profile: its question, why we ask, who sees it, its form and how its answer reads."""

    question: Any
    why: Any
    form: type[TopicForm]
    answer: Callable[[Patient, User], str]
    may_leave_out: bool = True
    who: Any = field(default_factory=lambda: ONLY_CARERS)


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
