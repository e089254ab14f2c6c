"""Forms of calendars elsewhere."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.outside.models import Kind

_OFF = {"autocomplete": "off"}


class OutsideForm(ClinicForm):
    """Say where a calendar is. User name and password are asked for accounts only; the service checks that."""

    label = StringField(_("What do you call it?"), description=_("A word or two for yourself, such as “private”."), validators=[InputRequired(_("Write a word or two, such as “private”.")), Length(max=60)])
    kind = RadioField(_("How can we read it?"), choices=[SelectChoice(Kind.ICS.value, _("By an address that ends in .ics")), SelectChoice(Kind.CALDAV.value, _("By an account (CalDAV)"))], validators=[InputRequired()])
    address = StringField(_("Address"), description=_("It begins with https or webcal."), validators=[InputRequired(_("Enter an address that begins with https.")), Length(max=4000)], render_kw=_OFF)
    user_name = StringField(_("User name"), description=_("For an account only."), validators=[Optional(), Length(max=200)], render_kw=_OFF)
    password = PasswordField(_("App password"), description=_("For an account only. Make one just for us, and never enter your main password."), validators=[Optional(), Length(max=200)], render_kw={"autocomplete": "new-password"})
    tentative = BooleanField(_("Entries marked “maybe” keep the time too"))


class PasswordForm(ClinicForm):
    """Change the app password of an account."""

    password = PasswordField(_("New app password"), validators=[InputRequired(_("Enter the app password.")), Length(max=200)], render_kw={"autocomplete": "new-password"})
