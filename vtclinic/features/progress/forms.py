"""What questionnaire pages send."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import AnyOf, DataRequired, NumberRange, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.progress.answering import SAFETY
from vtclinic.features.progress.plans import MOST_DAYS, MOST_EVERY, Wish


class AnswerForm(ClinicForm):
    """One answer, or the wish to skip; beside a risk answer also "Are you safe right now?"."""

    value = IntegerField(validators=[Optional()])
    skip = StringField(validators=[Optional()])
    safe = StringField(validators=[Optional(), AnyOf(SAFETY)])


class LineForm(ClinicForm):
    """Which of several cut-offs applies."""

    line = StringField(validators=[DataRequired(_l("Choose one of the answers shown."))])


class SafetyForm(ClinicForm):
    """The answer to "Are you safe right now?"."""

    safe = StringField(validators=[DataRequired(_l("Choose one of the answers, or go on without.")), AnyOf(SAFETY)])


class GiveForm(ClinicForm):
    """Which questionnaire a therapist gives."""

    instrument = SelectField(_l("Questions"))


class AttestForm(ClinicForm):
    """The promise for a non-commercial questionnaire, in the version of its text that was read."""

    text_version = HiddenField()
    promise = BooleanField(_l("I promise this for the clinic."), validators=[DataRequired(_l("Tick this to go on."))])


class PlanForm(ClinicForm):
    """When a questionnaire comes by itself."""

    instrument = SelectField(_l("Questions"))
    when = SelectField(_l("When they come"))
    every = IntegerField(_l("Every how many sessions or weeks"), default=4, validators=[Optional(), NumberRange(1, MOST_EVERY, _l("Write a number from 1 to 52."))])
    days = IntegerField(_l("Days to answer"), default=7, validators=[Optional(), NumberRange(1, MOST_DAYS, _l("Write a number from 1 to 60."))])

    def wish(self) -> Wish:
        """Return the rule that was asked for."""
        return Wish(self.instrument.data, self.when.data, self.every.data or 1, self.days.data or 7)


class TrackForm(ClinicForm):
    """After how many sessions without a reliable change therapists are reminded to talk."""

    sessions = SelectField(_l("Sessions without a reliable change"), coerce=int, choices=[SelectChoice(4, "4"), SelectChoice(5, "5"), SelectChoice(6, "6")])


class PauseForm(ClinicForm):
    """Until when nothing comes by itself."""

    until = DateField(_l("Last day of the pause"), description=_l("Leave it out to pause until you end it."), validators=[Optional()])
