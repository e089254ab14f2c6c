"""What IT administrators fill in."""

from __future__ import annotations

from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.identity.proof_forms import NEEDED
from vtclinic.tenants.models import Registration

_HOST = {"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
REGISTRATION = (
    (Registration.OPEN.value, _("Anybody can open an account")),
    (Registration.INVITATION.value, _("Only people the clinic invites")),
    (Registration.CLOSED.value, _("Nobody, for now")),
)


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
        validators=[DataRequired(NEEDED), Length(max=2000)],
        render_kw={"rows": "4", **_HOST},
    )


class NameStep(ClinicForm):
    """What people call the clinic."""

    name = StringField(_("What is the clinic called?"), description=_("People read this name on every page."), validators=[DataRequired(NEEDED), Length(max=80)])


class SlugStep(ClinicForm):
    """The short name of folder, database and commands."""

    slug = StringField(
        _("What is its short name?"),
        description=_("For its folder and for commands. It cannot change later."),
        validators=[DataRequired(NEEDED), Length(max=40)],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )


class HostStep(ClinicForm):
    """Where people reach it."""

    host = StringField(
        _("At which hostname do people reach it?"),
        description=_("Such as harbour.example.org. Its name record has to lead to this machine."),
        validators=[DataRequired(NEEDED), Length(max=253)],
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
