"""Forms of sessions with seats."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import lazy
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.groups.seating import FEWEST, MOST_SEATS, MOST_TITLE
from vtclinic.features.scheduling.models import ServiceType
from vtclinic.identity.service import User

KINDS = ((GroupKind.GROUP, lazy("A group")), (GroupKind.COUPLE, lazy("A couple: two people who both say yes")))


class GroupForm(ClinicForm):
    """When, for whom and how many."""

    kind = RadioField(lazy("What is it?"), choices=listed(KINDS), default=GroupKind.GROUP)
    title = StringField(
        lazy("A neutral title"),
        description=lazy("Everybody who is asked reads it in the app. Name no health matter, such as “Thursday group”."),
        validators=[InputRequired(), Length(max=MOST_TITLE)],
    )
    day = DateField(lazy("The day"), validators=[InputRequired()])
    wall = TimeField(lazy("The time"), validators=[InputRequired()])
    service = SelectField(lazy("Kind of session"), validators=[Optional()])
    format = RadioField(lazy("How do you meet?"), validators=[Optional()])
    seats = IntegerField(lazy("Seats"), description=lazy("A couple always has 2."), default=6, validators=[Optional(), NumberRange(FEWEST, MOST_SEATS)])
    patients = SelectMultipleField(lazy("Whom do you ask?"), validators=[Optional()])
    others = SelectMultipleField(lazy("Who leads it with you?"), validators=[Optional()])
    open_to_all = BooleanField(lazy("Everybody in our care may take a seat"), description=lazy("Else only the people you ask. This is for groups."))

    def offer(self, services: Sequence[ServiceType], formats: Sequence[tuple[str, str]], patients: Sequence[User], others: Sequence[User]) -> None:
        """Say what can be chosen."""
        self.service.choices = [(str(kind.uid), f"{kind.name}, {kind.minutes}′") for kind in services]
        self.format.choices = list(formats)
        self.patients.choices = [(str(person.uid), person.name) for person in patients]
        self.others.choices = [(str(person.uid), person.name) for person in others]
        for field in (self.service, self.format):
            field.data = field.data or next((value for value, _words in field.choices or ()), None)


class MoveForm(ClinicForm):
    """Where it goes, by the clock of who moves it."""

    day = DateField(lazy("The new day"), validators=[InputRequired()])
    wall = TimeField(lazy("The new time"), validators=[InputRequired()])


class JoinForm(ClinicForm):
    """Take a seat; one's name stays one's own unless one says otherwise."""

    shows_name = BooleanField(lazy("The others may see my first name"), description=lazy("They see nothing of you before the session unless you tick this."))


class PressForm(ClinicForm):
    """A button and nothing else."""
