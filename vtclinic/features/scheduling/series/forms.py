"""Forms of series. What is only looked at is asked by GET, and carries no token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from wtforms import DateField, IntegerField, RadioField, SelectField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import fmt, lazy
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.models import ServiceType
from vtclinic.features.scheduling.recurrence import LAST, MOST_TIMES, Every, Pattern, Rule, nth_words
from vtclinic.features.scheduling.series.renaming import Rhythm, Scope, Shift

RHYTHMS = (
    ("1", lazy("Every week")),
    ("2", lazy("Every other week")),
    ("3", lazy("Every 3 weeks")),
    ("4", lazy("Every 4 weeks")),
    ("month", lazy("Every month, in the same week of the month")),
    ("last", lazy("Every month, in its last week")),
)
_RHYTHM_OF = {**{str(weeks): Rhythm(Every.WEEK, weeks) for weeks in (1, 2, 3, 4)}, "month": Rhythm(Every.MONTH), "last": Rhythm(Every.MONTH, last=True)}
ENDS = (("open", lazy("Until one of you ends it")), ("count", lazy("After a number of times")), ("until", lazy("On a day")))
SCOPES = ((Scope.ONE, lazy("Only this one")), (Scope.FOLLOWING, lazy("This one and all after it")), (Scope.ALL, lazy("All that are still to come")))


class _Asked(ClinicForm):
    class Meta(ClinicForm.Meta):
        """Reading needs no token."""

        csrf = False


class PlanForm(_Asked):
    """When, how often, on whose clock, and how long."""

    first = DateField(lazy("The first day"), validators=[InputRequired()])
    wall = TimeField(lazy("The time"), validators=[InputRequired()])
    zone = RadioField(lazy("On whose clock does the time stay the same?"))
    rhythm = RadioField(lazy("How often?"), choices=listed(RHYTHMS), default="1")
    ends = RadioField(lazy("How long?"), choices=listed(ENDS), default="open")
    count = IntegerField(lazy("Number of times"), validators=[Optional(), NumberRange(2, MOST_TIMES)])
    until = DateField(lazy("The last day"), validators=[Optional()])
    service = SelectField(lazy("Kind of session"), validators=[Optional()])
    format = RadioField(lazy("How do you meet?"), validators=[Optional()])

    def offer(self, zones: Sequence[str], services: Sequence[ServiceType], formats: Sequence[tuple[str, str]]) -> None:
        """Say what can be chosen; a question with one answer is not asked."""
        self.zone.choices = [(name, fmt.place(name)) for name in dict.fromkeys(zones)]
        self.service.choices = [(str(kind.uid), kind.name) for kind in services]
        self.format.choices = list(formats)
        for field in (self.zone, self.service, self.format):
            field.data = field.data or next((value for value, _words in field.choices or ()), None)

    def pattern(self) -> Pattern | None:
        """Return what was asked for; None, with sentences beside the fields, when it fits no calendar."""
        if not self.validate():
            return None
        first, wall = self.first.data, self.wall.data
        assert isinstance(first, date)
        assert isinstance(wall, time)
        limits = self._limits(first)
        if limits is None:
            return None
        rhythm = self.rhythm.data
        if rhythm == "last" and LAST not in nth_words(first):
            _refuse(self.first, _("Choose a day in the last week of its month, or another answer below."))
            return None
        if rhythm in ("month", "last"):
            nth = LAST if rhythm == "last" else nth_words(first)[0]
            return Pattern(first, wall, self.zone.data, Rule(Every.MONTH, 1, nth, **limits))
        return Pattern(first, wall, self.zone.data, Rule(Every.WEEK, int(rhythm), **limits))

    def _limits(self, first: date) -> dict[str, Any] | None:
        if self.ends.data == "count":
            if self.count.data:
                return {"count": self.count.data}
            _refuse(self.count, _("Write how many times."))
            return None
        if self.ends.data == "until":
            if self.until.data is not None and self.until.data >= first:
                return {"until": self.until.data}
            _refuse(self.until, _("Choose a last day after the first."))
            return None
        return {}


SAME = "same"


class MoveForm(_Asked):
    """Where a time goes, what goes with it, and how often it comes from then on."""

    to = DateField(lazy("The new day"), validators=[InputRequired()])
    wall = TimeField(lazy("The new time"), validators=[InputRequired()])
    scope = RadioField(lazy("What should move?"), choices=listed(SCOPES), default=Scope.ONE)
    rhythm = RadioField(lazy("How often from then on?"), choices=listed(((SAME, lazy("As often as now")), *RHYTHMS)), default=SAME)

    def shift(self, day: date) -> Shift | None:
        """Return what was asked for; None, with sentences beside the fields, when it does not go together."""
        if not self.validate():
            return None
        to, wall, rhythm = self.to.data, self.wall.data, self.rhythm.data
        assert isinstance(to, date)
        assert isinstance(wall, time)
        if rhythm != SAME and self.scope.data == Scope.ONE:
            _refuse(self.rhythm, _("One time has no rhythm. Choose above that all after it change too, or leave it as often as now."))
            return None
        if rhythm == "last" and LAST not in nth_words(to):
            _refuse(self.to, _("Choose a day in the last week of its month, or another answer below."))
            return None
        return Shift(day, to, wall, Scope(self.scope.data), _RHYTHM_OF.get(rhythm))


class FollowForm(_Asked):
    """Where a patient takes one time and all after it."""

    to = DateField(lazy("The new day"), validators=[InputRequired()])
    wall = TimeField(lazy("The new time"), validators=[InputRequired()])

    def shift(self, day: date) -> Shift | None:
        """Return what was asked for; None, with sentences beside the fields, when something is missing."""
        if not self.validate():
            return None
        to, wall = self.to.data, self.wall.data
        assert isinstance(to, date)
        assert isinstance(wall, time)
        return Shift(day, to, wall, Scope.FOLLOWING)


def _refuse(field: Any, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


class CancelForm(ClinicForm):
    """What is called off."""

    scope = RadioField(lazy("What do you want to cancel?"), choices=listed(SCOPES), default=Scope.ONE)


class PressForm(ClinicForm):
    """A button and nothing else."""
