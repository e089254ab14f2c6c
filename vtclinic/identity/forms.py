"""What people fill in about their accounts."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import current_timezone, locale_name, translated_locales
from vtclinic.core.i18n import lazy as _
from vtclinic.core.zones import zone_names
from vtclinic.identity.proof_forms import NEEDED, email_field, password_field
from vtclinic.identity.registration import Application

NAME_MOST = 80


class AddressForm(ClinicForm):
    """One e-mail address to send something to."""

    email = email_field(_("E-mail address"))


class RegisterForm(ClinicForm):
    """A patient's own application."""

    name = StringField(
        _("What should we call you?"),
        description=_("Your first name is enough. You can leave this empty."),
        validators=[Length(max=NAME_MOST)],
        render_kw={"autocomplete": "given-name"},
    )
    email = email_field(_("E-mail address"))
    password = password_field(_("Choose a password"), new=True)
    adult = BooleanField(_("I am 18 or older"))
    consents = BooleanField(_("I have read who sees what, and I agree"))
    timezone = HiddenField()

    def application(self) -> Application:
        """Return what was filled in."""
        zone = self.timezone.data if self.timezone.data in zone_names() else ""
        return Application(
            email=self.email.data or "",
            password=self.password.data or "",
            name=self.name.data or "",
            adult=bool(self.adult.data),
            consents=bool(self.consents.data),
            timezone=zone,
        )


class InvitationForm(ClinicForm):
    """What an invited person adds: name and password; patients also the two statements."""

    name = StringField(_("Your name"), validators=[Length(max=NAME_MOST)], render_kw={"autocomplete": "name"})
    password = password_field(_("Choose a password"), new=True)
    adult = BooleanField(_("I am 18 or older"))
    consents = BooleanField(_("I have read who sees what, and I agree"))

    def application(self, email: str) -> Application:
        """Return what was filled in."""
        return Application(email, self.password.data or "", self.name.data or "", adult=bool(self.adult.data), consents=bool(self.consents.data))


class ConfirmForm(ClinicForm):
    """The password of a new account, in another browser than the one that registered."""

    password = PasswordField(_("The password you chose"), render_kw={"autocomplete": "current-password"})


class LabelForm(ClinicForm):
    """A passkey's name."""

    label = StringField(_("Name"), validators=[DataRequired(NEEDED), Length(max=60)])


class WishesForm(ClinicForm):
    """Name, language, time zone and look."""

    name = StringField(_("What should we call you?"), validators=[Length(max=NAME_MOST)], render_kw={"autocomplete": "name"})
    locale = SelectField(_("Language"), choices=[])
    timezone = SelectField(_("Time zone"), choices=[])
    appearance = SelectField(
        _("Light or dark"), choices=[SelectChoice("auto", _("As on this device")), SelectChoice("light", _("Light")), SelectChoice("dark", _("Dark"))], default="auto"
    )
    easier_letters = BooleanField(_("Easier letters"), description=_("A typeface made for low vision."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locales = list(translated_locales())
        if self.locale.data and self.locale.data not in locales:
            locales.append(str(self.locale.data))
        self.locale.choices = [SelectChoice(name, locale_name(name)) for name in locales]
        places = sorted(name for name in zone_names() if "/" in name and not name.startswith("Etc/"))
        here = str(self.timezone.data or current_timezone())
        self.timezone.choices = [SelectChoice(name, name.replace("_", " ")) for name in ([here] if here not in places else []) + places]
