"""What IT administrators fill in."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.identity.passwords import LONGEST
from vtclinic.tenants.models import Registration

_CODE = {"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none", "spellcheck": "false"}
_EMAIL = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
_HOST = {"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
_NEEDED = _("Write or choose something here to go on.")
REGISTRATION = (
    (Registration.OPEN.value, _("Anybody can open an account")),
    (Registration.INVITATION.value, _("Only people the clinic invites")),
    (Registration.CLOSED.value, _("Nobody, for now")),
)


class SignInForm(ClinicForm):
    """E-mail and password."""

    email = EmailField(_("E-mail address"), validators=[DataRequired(_("Write your e-mail address.")), Length(max=254)], render_kw=_EMAIL)
    password = PasswordField(_("Password"), validators=[InputRequired(_NEEDED), Length(max=LONGEST)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(ClinicForm):
    """The password again."""

    password = PasswordField(_("Password"), validators=[InputRequired(_NEEDED), Length(max=LONGEST)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class NewPasswordForm(ClinicForm):
    """A new password."""

    password = PasswordField(_("New password"), validators=[InputRequired(_NEEDED), Length(max=LONGEST)], render_kw={"autocomplete": "new-password"})


class CodeForm(ClinicForm):
    """A code from an app, or a recovery code."""

    code = StringField(_("Code"), validators=[DataRequired(_("Type the code.")), Length(max=40)], render_kw=_CODE)
    next = HiddenField()


class PasskeyForm(ClinicForm):
    """What a browser answers for a passkey; filled in by passkey.js."""

    challenge = HiddenField()
    answer = HiddenField()
    label = StringField(_("Name of this passkey"), description=_("So that you know it again, such as “my phone”."), validators=[Length(max=60)])
    next = HiddenField()


class AdminForm(ClinicForm):
    """A new administrator."""

    email = EmailField(_("E-mail address"), validators=[DataRequired(_("Write an e-mail address like name@example.org.")), Length(max=254)])


class ThemeForm(ClinicForm):
    """Which theme a clinic starts from."""

    theme = SelectField(_("Theme"))


class RegistrationForm(ClinicForm):
    """Who may open a patient's account."""

    registration = RadioField(_("Who may open an account?"), choices=[SelectChoice(value, label) for value, label in REGISTRATION])


class HostsForm(ClinicForm):
    """A clinic's hostnames, one on each line."""

    hosts = TextAreaField(
        _("Hostnames"),
        description=_("One on each line. Links in e-mails use the first."),
        validators=[DataRequired(_NEEDED), Length(max=2000)],
        render_kw={"rows": "4", **_HOST},
    )


class NameStep(ClinicForm):
    """What people call the clinic."""

    name = StringField(_("What is the clinic called?"), description=_("People read this name on every page."), validators=[DataRequired(_NEEDED), Length(max=80)])


class SlugStep(ClinicForm):
    """The short name of folder, database and commands."""

    slug = StringField(
        _("What is its short name?"),
        description=_("For its folder and for commands. It cannot change later."),
        validators=[DataRequired(_NEEDED), Length(max=40)],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )


class HostStep(ClinicForm):
    """Where people reach it."""

    host = StringField(
        _("At which hostname do people reach it?"),
        description=_("Such as harbour.example.org. Its name record has to lead to this machine."),
        validators=[DataRequired(_NEEDED), Length(max=253)],
        render_kw=_HOST,
    )


class CountryStep(ClinicForm):
    """Where it is: this decides the help lines."""

    country = SelectField(_("In which country does it work?"), description=_("Its help lines come first on Get help now."))


class ZoneStep(ClinicForm):
    """On which clock it works."""

    timezone = SelectField(_("Which clock does it keep?"), description=_("The time zone of the clinic’s own hours."))


class LocaleStep(ClinicForm):
    """Which language it speaks first."""

    locale = SelectField(_("Which language does it speak first?"), description=_("Each person can choose another one."))


class ThemeStep(ClinicForm):
    """How it looks at first."""

    theme = RadioField(_("Which look does it start with?"))


class RegistrationStep(RegistrationForm):
    """Who may come."""
