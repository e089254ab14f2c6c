"""The form of one kind of session."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import lazy as _
from vtclinic.features.scheduling.booking import LIVE_FORMATS
from vtclinic.features.scheduling.kinds.service import Kind
from vtclinic.features.scheduling.models import Audience, ServiceType
from vtclinic.features.staff import api as staff

OWN = "own"
_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_NOTICE = {0: _("None"), 60: _("1 hour"), 240: _("4 hours"), 720: _("12 hours"), 1440: _("1 day"), 2880: _("2 days"), 10080: _("1 week")}


class KindForm(ClinicForm):
    """What a clinic says about one kind of session."""

    name = StringField(_("Name"), description=_("Clients read it, such as: First talk."), validators=[InputRequired()])
    audience = RadioField(
        _("For whom?"),
        choices=listed([(Audience.BOTH.value, _("First and later sessions")), (Audience.INTAKE.value, _("First sessions only")), (Audience.FOLLOW_UP.value, _("Later sessions only"))]),
    )
    minutes = IntegerField(_("Length in minutes"), validators=[InputRequired()], render_kw=_NUMBER)
    step_minutes = IntegerField(_("A start every so many minutes"), validators=[InputRequired()], render_kw=_NUMBER)
    before_minutes = IntegerField(_("Quiet minutes before"), validators=[InputRequired()], render_kw=_NUMBER)
    after_minutes = IntegerField(_("Quiet minutes after"), validators=[InputRequired()], render_kw=_NUMBER)
    notice_minutes = SelectField(_("How early to book, at the latest"), coerce=int)
    horizon_days = IntegerField(_("How many days ahead"), validators=[InputRequired()], render_kw=_NUMBER)
    daily_cap = IntegerField(_("Most of them a day"), description=_("All sessions of the therapist on that day count."), validators=[Optional()], render_kw=_NUMBER)
    formats = SelectMultipleField(_("How to meet"), description=_("Nothing chosen means every way the therapist offers."))
    therapists = SelectMultipleField(_("Who offers it"), description=_("Nobody chosen means everybody."))
    approval = BooleanField(_("The therapist says yes first"), description=_("The time is kept until then."))
    approval_hours = IntegerField(_("Hours they have to answer"), validators=[InputRequired()], render_kw=_NUMBER)
    window = SelectField(
        _("When is a change late?"),
        choices=listed([("24", _("Less than 24 hours before")), ("48", _("Less than 48 hours before")), ("72", _("Less than 72 hours before")), (OWN, _("Other hours"))]),
    )
    own_hours = IntegerField(_("Other hours"), validators=[Optional()], render_kw=_NUMBER)
    cancel_words = TextAreaField(_("Words about late changes"), description=_("Clients read them before they book and before they cancel."), render_kw={"rows": "2"})
    price = StringField(_("What it costs, in words"), description=_("Such as: 60 euro, or what you can pay."))

    def offer(self, stored: ServiceType | None) -> None:
        """Fill in the lists; a notice that the list lacks is added to it."""
        notice = dict(_NOTICE)
        if stored is not None and stored.notice_minutes not in notice:
            notice[stored.notice_minutes] = f"{stored.notice_minutes // 60} h"
        self.notice_minutes.choices = listed(sorted(notice.items()))
        self.formats.choices = listed((code, staff.FORMATS[code]) for code in LIVE_FORMATS)
        self.therapists.choices = listed((str(person.uid), person.name) for person in staff.active_therapists())

    def fill(self, stored: ServiceType) -> None:
        """Show what is stored."""
        for field in self:
            if field.name != "csrf_token" and hasattr(stored, field.name):
                field.data = getattr(stored, field.name)
        usual = str(stored.cancel_hours) in ("24", "48", "72")
        self.window.data, self.own_hours.data = (str(stored.cancel_hours), None) if usual else (OWN, stored.cancel_hours)

    def told(self) -> Kind:
        """Return what was filled in."""
        hours = self.own_hours.data if self.window.data == OWN else int(self.window.data)
        same: dict[str, Any] = {name: self[name].data for name in Kind.__dataclass_fields__ if name in self}
        same |= {name: same[name] or "" for name in ("name", "audience", "cancel_words", "price")}
        return Kind(**same | {"cancel_hours": -1 if hours is None else hours, "formats": self.formats.data or [], "therapists": self.therapists.data or []})
