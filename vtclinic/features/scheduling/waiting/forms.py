"""Forms of the waiting list."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.waiting.joining import LONGEST_REASON
from vtclinic.features.scheduling.waiting.wishes import NOTICES
from vtclinic.features.scheduling.waiting.words import LEVELS, NOTICE_WORDS, PART_WORDS, day_choices


class WishForm(ClinicForm):
    """What somebody waits for."""

    therapists = SelectMultipleField(_("Who would you like to see?"), description=_("Choose nobody to see whoever fits."), validators=[Optional()])
    days = SelectMultipleField(_("Which days suit you?"), description=_("Choose none for any day."), coerce=int, validators=[Optional()])
    parts = SelectMultipleField(_("Which part of the day?"), description=_("Choose none for any time."), choices=listed(PART_WORDS.items()), validators=[Optional()])
    notice_hours = RadioField(_("How soon before can we ask you?"), coerce=int, default=0, choices=listed((hours, NOTICE_WORDS[hours]) for hours in NOTICES), validators=[Optional()])
    service = SelectField(_("Which kind of session?"), validators=[Optional()])

    def __init__(self, *args: Any, people: list[tuple[str, str]], services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.therapists.choices, self.days.choices, self.service.choices = listed(people), listed(day_choices()), listed(services)
        if not people:
            del self.therapists
        if len(services) < 3:  # the empty choice and one kind: nothing to choose
            del self.service


class LevelForm(ClinicForm):
    """How soon a person should be seen, and why."""

    level = RadioField(_("How soon?"), coerce=int, choices=listed(LEVELS.items()), validators=[InputRequired()])
    reason = TextAreaField(
        _("Why"), description=_("Staff who may see this list read it. Leave clinical detail in the notes."), validators=[InputRequired(), Length(max=LONGEST_REASON)]
    )


class OfferForm(ClinicForm):
    """One open time, chosen for somebody: the therapist and the start, parted by a slash."""

    time = RadioField(_("Which time?"), validators=[InputRequired()])


class ChooseForm(ClinicForm):
    """Which patient to put on the list."""

    patient = SelectField(_("Who?"), validators=[InputRequired()])


class PressForm(ClinicForm):
    """A button and nothing else."""

    key = HiddenField()
