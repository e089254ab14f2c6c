"""Forms made from the questions' data: one field or a few for each kind of question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import IntegerField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from vtclinic.core import clock
from vtclinic.core.errors import Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.intake.questions import Kind, Question
from vtclinic.features.records import api as records


class AnswerForm(ClinicForm):
    """Base: reads what a page sent as the JSON value that is kept, and shows such a value again."""

    def answer(self) -> Any:
        """Return the value, None when left empty; raises Invalid with a sentence."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Put a kept value into the fields."""
        raise NotImplementedError


class ConsentForm(AnswerForm):
    """Yes or no."""

    value = RadioField(_l("Do you agree?"), choices=[SelectChoice("yes", _l("Yes, I agree")), SelectChoice("no", _l("No, not now"))])

    def answer(self) -> str | None:
        """Return "yes", "no" or None."""
        return self.value.data or None

    def show(self, value: str | None) -> None:
        """Show what was chosen."""
        self.value.data = value


class TextForm(AnswerForm):
    """A short text."""

    value = StringField(validators=[Length(max=80, message=_l("Use up to 80 letters."))])

    def answer(self) -> str | None:
        """Return the text."""
        return self.value.data or None

    def show(self, value: str | None) -> None:
        """Show the text."""
        self.value.data = value or ""


class WordsForm(AnswerForm):
    """A longer text."""

    value = TextAreaField(validators=[Length(max=4000, message=_l("Use up to 4000 letters."))])

    def answer(self) -> str | None:
        """Return the text."""
        return self.value.data or None

    def show(self, value: str | None) -> None:
        """Show the text."""
        self.value.data = value or ""


class OneForm(AnswerForm):
    """One answer of a few."""

    value = RadioField(validators=[Optional()])

    def answer(self) -> str | None:
        """Return the code."""
        return self.value.data or None

    def show(self, value: str | None) -> None:
        """Show what was chosen."""
        self.value.data = value


class DayForm(AnswerForm):
    """A day in three fields, so that nobody scrolls through a hundred years."""

    day = IntegerField(_l("Day"), validators=[Optional()])
    month = IntegerField(_l("Month"), validators=[Optional()])
    year = IntegerField(_l("Year"), validators=[Optional()])

    def answer(self) -> str | None:
        """Return the day as ISO text."""
        parts = (self.year.data, self.month.data, self.day.data)
        if not any(parts):
            return None
        try:
            born = date(*(part or 0 for part in parts))
        except ValueError:
            raise _wrong("day", _("Write a real day, for example 27 3 1990.")) from None
        if born > clock.now().date() or born.year < clock.now().year - 120:
            raise _wrong("year", _("Check the year. It should look like 1990."))
        if records.years_old(born, clock.now().date()) < 18:
            raise _wrong("year", _("You have to be 18 or older here. If you are younger, Get help now lists people for you."))
        return born.isoformat()

    def show(self, value: str | None) -> None:
        """Show the day."""
        if value:
            born = date.fromisoformat(value)
            self.day.data, self.month.data, self.year.data = born.day, born.month, born.year


class PlaceForm(AnswerForm):
    """Country, the part of it where licences need one, town."""

    country = SelectField(_l("Country"), default="")
    region = SelectField(_l("State or province"), default="", description=_l("Only in the United States and Canada."))
    city = StringField(_l("Town or city"), validators=[Length(max=80, message=_l("Use up to 80 letters."))])

    def prepare(self) -> None:
        """Fill the lists in the reader's language."""
        self.country.choices = [SelectChoice("", _("Choose a country")), *_listed(records.country_choices())]
        parts = [SelectChoice(code, name, optgroup=country) for country, regions in records.region_choices().items() for code, name in regions]
        self.region.choices = [SelectChoice("", _("None of these")), *parts]

    def answer(self) -> dict[str, str] | None:
        """Return country, region and city."""
        country, region = self.country.data or "", (self.region.data or "").partition("-")[2]
        if not country:
            return None
        if not records.is_region(country, region):
            raise _wrong("region", _("Choose a state or province of that country."))
        if country in records.REGIONS and not region:
            raise _wrong("region", _("Choose your state or province. A therapist needs a licence for it."))
        return {"country": country, "region": region, "city": self.city.data or ""}

    def show(self, value: dict[str, str] | None) -> None:
        """Show the place."""
        if value:
            self.country.data, self.city.data = value["country"], value["city"]
            self.region.data = f"{value['country']}-{value['region']}" if value["region"] else ""


class LanguagesForm(AnswerForm):
    """The usual languages as boxes, every other one in a list."""

    value = SelectMultipleField()
    other = SelectField(_l("Another language"), default="", validators=[Optional()])

    def prepare(self) -> None:
        """Fill the lists in the reader's language."""
        self.value.choices = [SelectChoice(code, records.language_name(code)) for code in records.COMMON_LANGUAGES]
        rest = [pair for pair in records.language_choices() if pair[0] not in records.COMMON_LANGUAGES]
        self.other.choices = [SelectChoice("", _("None")), *_listed(rest)]

    def answer(self) -> list[str] | None:
        """Return the codes."""
        return [*(self.value.data or []), *([self.other.data] if self.other.data else [])] or None

    def show(self, value: list[str] | None) -> None:
        """Show the languages."""
        self.value.data = [code for code in value or [] if code in records.COMMON_LANGUAGES]
        self.other.data = next((code for code in value or [] if code not in records.COMMON_LANGUAGES), "")


class ManyForm(AnswerForm):
    """Any number of answers."""

    value = SelectMultipleField()

    def answer(self) -> list[str] | None:
        """Return the codes."""
        return list(self.value.data or []) or None

    def show(self, value: list[str] | None) -> None:
        """Show what was chosen."""
        self.value.data = list(value or [])


_FORMS: dict[Kind, type[AnswerForm]] = {
    Kind.CONSENT: ConsentForm,
    Kind.TEXT: TextForm,
    Kind.DAY: DayForm,
    Kind.PLACE: PlaceForm,
    Kind.LANGUAGES: LanguagesForm,
    Kind.MANY: ManyForm,
    Kind.ONE: OneForm,
    Kind.WORDS: WordsForm,
}


def form_for(question: Question, options: Iterable[tuple[str, Any]], *, sent: bool) -> AnswerForm:
    """Make the form of one question; `sent` reads the request."""
    kind = _FORMS[question.kind]
    form = kind() if sent else kind(formdata=None)
    if isinstance(form, (PlaceForm, LanguagesForm)):
        form.prepare()
    if isinstance(form, (ManyForm, OneForm)):
        form.value.choices = _listed(options)
    if "value" in form and question.kind is not Kind.CONSENT:
        form.value.label.text, form.value.description = str(question.title), str(question.hint)
    return form


def _listed(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(code, words) for code, words in pairs]


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
