"""What a clinic's administrators fill in about the clinic."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.tenants.helpnow import HelpLine
from vtclinic.tenants.models import Registration
from vtclinic.tenants.themes import CORNERS, FONTS

_NEEDED = _("Write or choose something here to go on.")
_WORD = Length(max=24, message=_("Use at most 24 letters."))
FONT_NAMES = {"figtree": _("Figtree"), "literata": _("Literata (serif)"), "hyperlegible": _("Hyperlegible"), "system": _("The reader’s own font")}
CORNER_NAMES = {"round": _("Round"), "soft": _("Soft"), "square": _("Square")}


class LookForm(ClinicForm):
    """Everything of the look but the colours, which the page names by token and mode."""

    seen = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=0)])
    headings = SelectField(_("Headings"), choices=[SelectChoice(name, FONT_NAMES[name]) for name in FONTS])
    corners = SelectField(_("Corners"), choices=[SelectChoice(name, CORNER_NAMES[name]) for name in CORNERS])
    name = StringField(_("Clinic name"), validators=[DataRequired(_NEEDED), Length(max=80, message=_("Use at most 80 characters."))])
    patient = StringField(_("The word for “patient”"), validators=[DataRequired(_NEEDED), _WORD])
    patients = StringField(_("For several of them"), validators=[_WORD])
    therapist = StringField(_("The word for “therapist”"), validators=[DataRequired(_NEEDED), _WORD])
    therapists = StringField(_("For several of them"), validators=[_WORD])


class LogoForm(ClinicForm):
    """A picture."""

    logo = FileField(_("Logo"), render_kw={"accept": "image/png,image/jpeg,image/webp"})


class LineForm(ClinicForm):
    """One of the clinic's own numbers."""

    seen = HiddenField()
    name = StringField(_("Who answers?"), validators=[DataRequired(_NEEDED), Length(max=60, message=_("Use at most 60 characters."))])
    number = StringField(
        _("Number to call"), validators=[Length(max=26, message=_("This is too long for a number."))], render_kw={"inputmode": "tel"}
    )
    sms = StringField(_("Number to text"), validators=[Length(max=26, message=_("This is too long for a number."))], render_kw={"inputmode": "tel"})
    sms_text = StringField(_("Word to text"), description=_("Only if the line asks for one."), validators=[Length(max=20, message=_("Use at most 20 letters."))])
    hours = StringField(_("Hours"), description=_("24/7, or like 10:00-24:00. Leave it empty when you do not know."), validators=[Length(max=11)])
    source_url = StringField(_("Where you checked it"), description=_("The line’s own web page, for who checks it next."), validators=[Length(max=200)])

    def line(self) -> HelpLine:
        """Return what was filled in; the check's date is the service's."""
        return HelpLine(
            name=self.name.data or "",
            number=self.number.data or "",
            sms=self.sms.data or "",
            sms_text=self.sms_text.data or "",
            hours=self.hours.data or "",
            source_url=self.source_url.data or "",
        )


class RulesForm(ClinicForm):
    """The clinic's rules."""

    seen = HiddenField()
    registration = RadioField(
        _("Who may open an account?"),
        choices=[
            SelectChoice(Registration.OPEN.value, _("Anybody")),
            SelectChoice(Registration.INVITATION.value, _("Only people you invite")),
            SelectChoice(Registration.CLOSED.value, _("Nobody, for now")),
        ],
    )
    leave_url = StringField(
        _("Where “Leave quickly” leads"),
        description=_("The https address of a neutral page, such as a weather page."),
        validators=[DataRequired(_NEEDED), Length(max=300)],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    open_hours = TextAreaField(
        _("When is the clinic open?"),
        description=_("People read this on Get help now. Such as: Monday to Friday, 9:00 to 17:00."),
        validators=[Length(max=120, message=_("Use at most 120 characters."))],
        render_kw={"rows": "2"},
    )
    phone = StringField(_("The clinic’s telephone number"), validators=[Length(max=26)], render_kw={"inputmode": "tel", "autocomplete": "off"})
    on_duty = SelectMultipleField(
        _("Who is on duty?"), description=_("They are told first about risk tasks that nobody has taken. Nobody chosen means every therapist.")
    )


class LogForm(ClinicForm):
    """What to look for in the access log; sent as a link, so it carries no token."""

    class Meta(ClinicForm.Meta):
        """A form that only reads."""

        csrf = False

    kind = SelectField(_("About"), validators=[Optional()])
    first = DateField(_("From"), validators=[Optional()])
    last = DateField(_("Until"), validators=[Optional()])
    who = HiddenField()
    patient = HiddenField()
