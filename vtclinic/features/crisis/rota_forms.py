"""What administrators send about the rota and the rules."""

from __future__ import annotations

from datetime import time
from typing import Any
from uuid import UUID

from wtforms import DateField, HiddenField, IntegerField, SelectChoice, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.crisis.duty_models import Post
from vtclinic.features.crisis.rota import Stretch

WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
POSTS = {Post.PRIMARY: _l("First"), Post.BACKUP: _l("Backup")}
_TIME = _l("Write a time like 18:00.")


def weekday_choices() -> list[SelectChoice]:
    """Return the days of the week."""
    return [SelectChoice(str(number), name) for number, name in enumerate(WEEKDAYS)]


class _StretchForm(ClinicForm):
    starts = TimeField(_l("From"), validators=[InputRequired(_TIME)])
    ends = TimeField(_l("To"), validators=[InputRequired(_TIME)], description=_l("An end before the start is on the next day. The same time means a whole day."))
    post = SelectField(_l("Post"), choices=[SelectChoice(str(post), words) for post, words in POSTS.items()], default=Post.PRIMARY.value)
    user_uid = SelectField(_l("Who"), default="")

    def stretch(self) -> Stretch:
        """Return what was asked for."""
        return Stretch(_minutes(self.starts.data), _minutes(self.ends.data), self.post.data or "", uid_of(self.user_uid.data))


class SpanForm(_StretchForm):
    """A stretch of the usual week."""

    weekdays = SelectMultipleField(_l("On these days"), choices=weekday_choices)


class OverrideForm(_StretchForm):
    """A stretch of one day."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])


class RulesForm(ClinicForm):
    """The ladder's times, the working day, and answers that are more urgent here."""

    version = HiddenField()
    on_call = IntegerField(_l("On call: minutes to begin"), validators=[InputRequired(_l("Write a whole number."))])
    backup = IntegerField(_l("Backup: minutes to begin"), validators=[InputRequired(_l("Write a whole number."))])
    lead_uid = SelectField(_l("Clinic lead"), default="", description=_l("A therapist who is told when neither of the two began."))
    lead = IntegerField(_l("Clinic lead: minutes to begin"), validators=[InputRequired(_l("Write a whole number."))])
    again = IntegerField(_l("Then the alarm repeats after this many minutes"), validators=[InputRequired(_l("Write a whole number."))])
    starts = TimeField(_l("The working day starts"), validators=[InputRequired(_TIME)])
    ends = TimeField(_l("The working day ends"), validators=[InputRequired(_TIME)], description=_l("“Same working day” means by this time."))
    days = SelectMultipleField(_l("Working days"), choices=weekday_choices)
    sooner = SelectMultipleField(_l("Answers to read at once"), validators=[Optional()])

    def values(self) -> dict[str, Any]:
        """Return what the rules keep."""
        times = {"starts": self.starts.data, "ends": self.ends.data}
        minutes = {name: self[name].data for name in ("on_call", "backup", "lead", "again")}
        chosen = {"days": tuple(sorted(int(day) for day in self.days.data or [])), "sooner": frozenset(self.sooner.data or [])}
        version = self.version.data or ""
        return times | minutes | chosen | {"lead_uid": uid_of(self.lead_uid.data), "version": int(version) if version.isdecimal() else -1}


def uid_of(text: str | None) -> UUID | None:
    """Read an id; None for an empty one, an unknown one for what is none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _minutes(moment: time | None) -> int:
    return moment.hour * 60 + moment.minute if moment else -1
