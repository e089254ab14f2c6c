"""Forms of joint sessions."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.joint.finding import MOST_NEEDED


class WhoForm(ClinicForm):
    """Which patient."""

    patient = SelectField(_("Who is the session for?"), validators=[InputRequired()])


class TeamForm(ClinicForm):
    """How many of whom; asked by GET, so it carries no token."""

    class Meta(ClinicForm.Meta):
        """Reading needs no token."""

        csrf = False

    first = SelectMultipleField(_("Any of these"), validators=[InputRequired()])
    first_count = IntegerField(_("How many of them are needed?"), default=1, validators=[NumberRange(1, MOST_NEEDED)])
    second = SelectMultipleField(_("And any of these"), validators=[Optional()])
    second_count = IntegerField(_("How many of these are needed?"), default=1, validators=[Optional(), NumberRange(1, MOST_NEEDED)])

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first.choices, self.second.choices = listed(people), listed(people)


class PressForm(ClinicForm):
    """A button and nothing else."""
