"""The forms of practice, people and credentials."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import DateField, EmailField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from vtclinic.core.errors import Invalid
from vtclinic.core.forms import ClinicForm, grouped, listed
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.records import api as records
from vtclinic.features.staff.credentials import Claim
from vtclinic.features.staff.models import Credential, Interval
from vtclinic.features.staff.practice import MOST_INTERVALS
from vtclinic.features.staff.vocabulary import AGE_BANDS, FORMATS, GENDERS, MODALITIES, RISK_LEVELS, SPECIALITIES, STYLES

DAYS = 7


class AboutForm(ClinicForm):
    """What clients read first."""

    title = StringField(lazy("Your title"), description=lazy("Such as Psychotherapist. It stands below your name."), validators=[DataRequired()], render_kw={"maxlength": 80})
    practising_since = IntegerField(lazy("Working since"), description=lazy("The year. Clients see the number of years."), validators=[Optional()], render_kw={"inputmode": "numeric"})
    bio = TextAreaField(
        lazy("In your words"),
        description=lazy("Speak to one person. What is it like to work with you? Up to 2,000 letters."),
        validators=[DataRequired()],
        render_kw={"rows": 9, "maxlength": 2000},
    )


class WorkForm(ClinicForm):
    """What matching looks at."""

    specialities = SelectMultipleField(lazy("You work a lot with"), choices=listed(SPECIALITIES.items()))
    modalities = SelectMultipleField(lazy("Your methods"), choices=listed(MODALITIES.items()))
    styles = SelectMultipleField(lazy("Clients would call you somebody"), choices=listed(STYLES.items()))
    formats = SelectMultipleField(lazy("How you meet clients"), choices=listed(FORMATS.items()))
    age_bands = SelectMultipleField(lazy("Ages you work with"), choices=listed(AGE_BANDS.items()))
    languages = SelectMultipleField(lazy("Languages you can work in"))
    another_language = SelectField(lazy("Another language"), validators=[Optional()])
    capacity = IntegerField(
        lazy("Most clients at once"), description=lazy("No new clients are offered above this number. 0 means none for now."), validators=[InputRequired()]
    )
    risk = RadioField(lazy("Risk you are trained to hold"), choices=listed(RISK_LEVELS.items()), coerce=int)
    gender = RadioField(
        lazy("You are"),
        description=lazy("Used only when a client asks for it. It is not shown."),
        choices=listed([*GENDERS.items(), ("", lazy("I prefer not to say"))]),
        validators=[Optional()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [code for code in self.languages.data or [] if records.is_language(code)]
        shown = list(dict.fromkeys([*records.COMMON_LANGUAGES, *own]))
        self.languages.choices = listed((code, records.language_name(code)) for code in shown)
        self.another_language.choices = listed([("", _("Choose a language")), *(pair for pair in records.language_choices() if pair[0] not in shown)])

    def values(self) -> dict[str, Any]:
        """Return what to keep, as `change_practice` takes it."""
        names = ("specialities", "modalities", "styles", "formats", "age_bands", "capacity", "risk")
        kept = {name: self._fields[name].data for name in names}
        codes = [*(self.languages.data or []), *([self.another_language.data] if self.another_language.data else [])]
        return kept | {"languages": codes, "gender": self.gender.data or None}


class PhotoForm(ClinicForm):
    """A portrait."""

    photo = FileField(lazy("Your photo"), description=lazy("JPG or PNG. We cut it square and remove what the camera wrote."), render_kw={"accept": "image/jpeg,image/png"})


class ZoneForm(ClinicForm):
    """Where the working hours are."""

    timezone = SelectField(lazy("Hours are on the clock of"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = grouped(records.zone_choices())


class LeaveForm(ClinicForm):
    """Days away, who covers them, and what clients read."""

    first = DateField(lazy("First day away"), validators=[InputRequired()])
    last = DateField(lazy("Last day away"), validators=[InputRequired()])
    cover = SelectField(lazy("Who covers for you"), description=lazy("Clients with a session on these days are offered this person."), validators=[Optional()])
    words = TextAreaField(
        lazy("Words to your clients"),
        description=lazy("They read this in the app while you are away. Such as when you are back."),
        validators=[Optional()],
        render_kw={"rows": 3, "maxlength": 500},
    )


class CredentialForm(ClinicForm):
    """A licence and its document."""

    title = StringField(lazy("Registered title"), description=lazy("As it stands on the document."), validators=[DataRequired()], render_kw={"maxlength": 80})
    register = StringField(lazy("Who keeps the register"), description=lazy("Such as Psychological Society of Ireland."), validators=[DataRequired()], render_kw={"maxlength": 120})
    number = StringField(lazy("Registration number"), validators=[DataRequired()], render_kw={"maxlength": 60, "autocomplete": "off"})
    country = SelectField(lazy("Country where it holds"), validators=[InputRequired()])
    region = SelectField(lazy("State or province"), description=lazy("Only in the United States and Canada."), validators=[Optional()])
    expires_on = DateField(lazy("Last day it holds"), validators=[InputRequired()])
    evidence = FileField(
        lazy("The document"), description=lazy("A PDF or a photo (JPG, PNG). Only you and the office can open it."), render_kw={"accept": "application/pdf,image/jpeg,image/png"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = listed([("", _("Choose a country")), *records.country_choices()])
        self.region.choices = [*listed([("", _("None"))]), *grouped(records.region_choices())]

    def fill(self, row: Credential) -> None:
        """Show a licence that is handed in again."""
        self.title.data, self.register.data, self.number.data = row.title, row.register, row.number
        self.country.data, self.expires_on.data = row.country, row.expires_on
        self.region.data = f"{row.country}-{row.region}" if row.region else ""

    def claim(self) -> Claim:
        """Return what is claimed; raise Invalid when region and country do not fit."""
        country, _dash, region = (self.region.data or "").partition("-")
        if region and country != self.country.data:
            sentence = _("Choose a state or province of that country.")
            raise Invalid(sentence, fields={"region": sentence})
        expires_on: date = self.expires_on.data
        return Claim(self.number.data or "", self.title.data or "", self.register.data or "", self.country.data, region, expires_on)


class ReasonForm(ClinicForm):
    """What is missing in a licence."""

    reason = TextAreaField(
        lazy("What is missing?"), description=lazy("The therapist reads this. Up to 500 letters."), validators=[DataRequired()], render_kw={"rows": 4, "maxlength": 500}
    )


class AddForm(ClinicForm):
    """Somebody to invite."""

    name = StringField(lazy("Full name"), validators=[DataRequired()], render_kw={"maxlength": 120, "autocomplete": "off"})
    email = EmailField(lazy("E-mail"), description=lazy("We send an invitation there. It works for 7 days."), validators=[DataRequired()], render_kw={"autocomplete": "off"})
    role = RadioField(
        lazy("This person is a"), choices=listed([(THERAPIST, lazy("Therapist")), (CLINIC_ADMIN, lazy("Clinic administrator")), (PATIENT, lazy("Patient"))]), validators=[InputRequired()]
    )


class ImportForm(ClinicForm):
    """A CSV file of people."""

    kind = RadioField(lazy("Who is in the file?"), choices=listed([("staff", lazy("Staff")), ("patients", lazy("Patients"))]), validators=[InputRequired()])
    file = FileField(lazy("CSV file"), description=lazy("Up to 1 MB and 1,000 people."), render_kw={"accept": ".csv,text/csv"})


def read_hours(form: MultiDict[str, str]) -> tuple[dict[int, list[Interval]], dict[str, str]]:
    """Return weekly hours from fields named start-0-0, end-0-0 (day, row), and a sentence for each day that cannot be read."""
    weekly: dict[int, list[Interval]] = {}
    wrong: dict[str, str] = {}
    for day in range(DAYS):
        weekly[day] = []
        for row in range(MOST_INTERVALS):
            start, end = (form.get(f"{side}-{day}-{row}", "").strip() for side in ("start", "end"))
            if not start and not end:
                continue
            try:
                weekly[day].append((time.fromisoformat(start), time.fromisoformat(end)))
            except ValueError:
                wrong[f"day-{day}"] = _("Write both times, like 09:00 and 17:30.")
    return weekly, wrong
