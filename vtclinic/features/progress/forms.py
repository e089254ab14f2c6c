"""What questionnaire pages send."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import AnyOf, DataRequired, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.progress.answering import SAFETY


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
