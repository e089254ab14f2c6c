"""What people prove with that it is them, at a clinic or in the console; nothing here knows a clinic."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from vtclinic.core.errors import NotFound
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.identity.passwords import LONGEST

_EMAIL = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
_NEW = {"autocomplete": "new-password", "spellcheck": "false"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none", "spellcheck": "false"}
NEEDED = _("Write or choose something here to go on.")


def password_field(label: Any, *, new: bool = False) -> PasswordField:
    """Return a field for a password that is known, or for a new one."""
    render = _NEW if new else {"autocomplete": "current-password"}
    return PasswordField(label, validators=[InputRequired(NEEDED), Length(max=LONGEST, message=_("This password is too long for us."))], render_kw=render)


def email_field(label: Any) -> EmailField:
    """Return a field for the address somebody signs in with."""
    return EmailField(label, validators=[DataRequired(_("Write your e-mail address.")), Length(max=254)], render_kw=_EMAIL)


class SignInForm(ClinicForm):
    """E-mail and password."""

    email = email_field(_("E-mail address"))
    password = password_field(_("Password"))
    next = HiddenField()


class PasswordForm(ClinicForm):
    """The password again."""

    password = password_field(_("Password"))
    next = HiddenField()


class NewPasswordForm(ClinicForm):
    """A new password."""

    password = password_field(_("New password"), new=True)


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

    def challenge_uid(self) -> UUID:
        """Read which challenge was answered; raise NotFound where that is none."""
        try:
            return UUID(self.challenge.data or "")
        except ValueError:
            raise NotFound() from None
