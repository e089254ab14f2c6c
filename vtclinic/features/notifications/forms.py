"""Forms of news: what to tell, when to be quiet, a browser that wants push."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy as _


class ChoicesForm(ClinicForm):
    """The quiet hours; the ticks of the kinds are read beside it."""

    quiet_start = StringField(_("From"), render_kw={"type": "time"})
    quiet_end = StringField(_("Until"), render_kw={"type": "time"})


class PushForm(ClinicForm):
    """What a browser tells of itself when it asks for push."""

    endpoint = HiddenField(validators=[DataRequired(), Length(max=1024)])
    p256dh = HiddenField(validators=[DataRequired(), Length(max=128)])
    auth = HiddenField(validators=[DataRequired(), Length(max=64)])
