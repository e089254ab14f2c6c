"""Forms of booking and cancelling."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.calling_off import MOST_WORDS
from vtclinic.features.scheduling.late import MOST_WHY, REASONS


class BookForm(ClinicForm):
    """Book a time; `key` was made with the page, so that a second press is the same booking."""

    key = HiddenField()
    slot = HiddenField()
    zone = HiddenField()
    kind = HiddenField()
    format = RadioField(_("How would you like to meet?"), validators=[Optional()])


class ZoneForm(ClinicForm):
    """Choose the clock on which times are shown; asked by GET, so it carries no token."""

    class Meta(ClinicForm.Meta):
        """Reading needs no token."""

        csrf = False

    zone = SelectField(_("The nearest place"), description=_("Pick the nearest city on the same clock as you."))


class CancelForm(ClinicForm):
    """A therapist's words to the patient."""

    words = TextAreaField(
        _("Words to your client"),
        description=_("They read this when they sign in. It is never in an e-mail."),
        validators=[Optional(), Length(max=MOST_WORDS)],
    )


class OwnMoveForm(ClinicForm):
    """A patient's moving of their session; `late` is what the page said about its being late, `seen` the session as it showed it."""

    slot = HiddenField()
    seen = HiddenField()
    late = HiddenField()


class LateForm(ClinicForm):
    """A patient's cancelling; `late` is what the page said about its being late."""

    late = HiddenField()
    why = TextAreaField(
        _("Do you want to tell us why?"),
        description=_("If you are unwell or in crisis, tell us. Then it need not count. Only your therapist reads it."),
        validators=[Optional(), Length(max=MOST_WHY)],
    )


class LetterLateForm(LateForm):
    """The same behind a letter's link, in words that say nothing of what the time is for."""

    why = TextAreaField(
        _("Do you want to tell us why?"),
        description=_("If you are unwell, tell us. Then it need not count. Only the person you would meet reads it."),
        validators=[Optional(), Length(max=MOST_WHY)],
    )


class WaiveForm(ClinicForm):
    """Let a late change go."""

    reason = SelectField(_("Reason"), choices=listed(REASONS.items()))


class PressForm(ClinicForm):
    """A button and nothing else."""


class FeedForm(ClinicForm):
    """Make an address for a calendar program."""

    label = StringField(_("Where will you use it?"), description=_("A word or two for yourself, such as “phone”."), validators=[InputRequired(_("Say where you use it.")), Length(max=60)])


class MoveForm(ClinicForm):
    """Take a session to the time that stands in `slot`; `seen` is the session as the page showed it."""

    slot = HiddenField()
    seen = HiddenField()
