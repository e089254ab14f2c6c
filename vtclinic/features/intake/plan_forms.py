"""Forms for what a clinic asks its new patients."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.i18n import ngettext
from vtclinic.features.intake.plan import REMIND_DAYS, OwnQuestion, Plan
from vtclinic.features.intake.questions import BY_KEY, CAN_BE_LEFT_OUT, Kind
from vtclinic.features.progress import api as progress

KIND_WORDS = {
    Kind.TEXT: _l("A short answer"),
    Kind.WORDS: _l("An answer in their own words"),
    Kind.ONE: _l("One of a few answers"),
    Kind.MANY: _l("Any number of answers"),
}


class PlanForm(ClinicForm):
    """Which questions, which questionnaires, and the reminder."""

    seen = HiddenField()
    asked = SelectMultipleField(_l("Questions"), description=_l("The ones that care, the law and the search for a therapist need are always asked."))
    packs = SelectMultipleField(_l("Questionnaires"), description=_l("They follow the questions. Each takes two to five minutes, so fewer is kinder."))
    remind = SelectField(_l("Remind people who stopped"), description=_l("One letter, by itself. You can write to somebody by hand as well."))

    def prepare(self, plan: Plan) -> None:
        """Fill the lists in the reader's language; a questionnaire that is in the plan stays choosable."""
        self.asked.choices = listed((key, str(BY_KEY[key].title)) for key in CAN_BE_LEFT_OUT)
        self.packs.choices = listed((pack.id, f"{pack.name} – {progress.plain_title(pack)}") for pack in progress.can_be_given())
        days = [(str(days), ngettext("After %(num)s day", "After %(num)s days", days)) for days in REMIND_DAYS]
        self.remind.choices = listed([("", _("Never")), *days])

    def show(self, plan: Plan) -> None:
        """Put a plan into the fields."""
        self.seen.data = str(plan.version)
        self.asked.data = [key for key in CAN_BE_LEFT_OUT if key not in plan.left_out]
        self.packs.data, self.remind.data = list(plan.packs), str(plan.remind_days or "")


class OwnForm(ClinicForm):
    """One question of the clinic's own."""

    seen = HiddenField()
    title = StringField(_l("The question"), validators=[InputRequired(), Length(max=160, message=_l("Write the question in 3 to 160 letters."))])
    hint = StringField(_l("A line of help below it"), validators=[Length(max=240, message=_l("Use up to 240 letters."))])
    kind = RadioField(_l("How it is answered"), validators=[InputRequired()], default=Kind.TEXT)
    options = TextAreaField(_l("The answers to choose from"), description=_l("One a line. Only for the last two kinds."), render_kw={"rows": 5})

    def prepare(self) -> None:
        """Fill the list in the reader's language."""
        self.kind.choices = listed((kind, str(words)) for kind, words in KIND_WORDS.items())

    def question(self, key: str) -> OwnQuestion:
        """Return what was written."""
        lines = tuple((self.options.data or "").splitlines())
        return OwnQuestion(key, self.kind.data, " ".join((self.title.data or "").split()), self.hint.data or "", lines)

    def show(self, question: OwnQuestion) -> None:
        """Put a question into the fields."""
        self.title.data, self.hint.data, self.kind.data = question.title, question.hint, question.kind
        self.options.data = "\n".join(question.options)
