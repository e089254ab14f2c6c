"""What therapists send about a task."""

from __future__ import annotations

from wtforms import RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.crisis.words import DONE, REASONS

LONGEST = 4000


class ActForm(ClinicForm):
    """What was done."""

    kind = RadioField(_l("What did you do?"), choices=[SelectChoice(str(kind), words) for kind, words in DONE.items()], validators=[DataRequired(_l("Choose what you did."))])
    words = TextAreaField(_l("What happened"), validators=[Length(max=LONGEST)])


class HandOverForm(ClinicForm):
    """Who carries on."""

    to = SelectField(_l("Who carries on?"), validators=[DataRequired(_l("Choose a therapist who works here."))])
    words = TextAreaField(_l("What they need to know"), validators=[Length(max=LONGEST)])


class CloseForm(ClinicForm):
    """Why it can be closed."""

    reason = RadioField(
        _l("Why can it be closed?"),
        choices=[SelectChoice(code, reason.words) for code, reason in REASONS.items()],
        validators=[DataRequired(_l("Choose why it can be closed."))],
    )
    words = TextAreaField(_l("What was agreed"), validators=[DataRequired(_l("Write what was agreed.")), Length(max=LONGEST)])
