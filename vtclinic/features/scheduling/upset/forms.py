"""Forms about sessions that cannot take place as booked."""

from __future__ import annotations

from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.calling_off import MOST_WORDS


class CoverForm(ClinicForm):
    """Who could take the session."""

    cover = SelectField(_("Who covers"), validators=[InputRequired()])


class WordsForm(ClinicForm):
    """Words to the patient."""

    words = TextAreaField(_("Words to the client"), description=_("They read this when they sign in. It is never in an e-mail."), validators=[Optional(), Length(max=MOST_WORDS)])


class PressForm(ClinicForm):
    """A button and nothing else."""
