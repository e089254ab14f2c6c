"""What a patient may do with their regular times by themselves: move one and all after it, to times that are open by the rules of booking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from vtclinic.core import clock
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import ServiceType
from vtclinic.features.scheduling.series.lookup import Time
from vtclinic.features.scheduling.series.models import Series
from vtclinic.features.scheduling.series.planning import Line


def check_rules(series: Series, time: Time) -> None:
    """Raise Conflict, in words for the patient, when this one and what follows are not theirs to move."""
    kind = session().get_one(ServiceType, series.service_uid)
    if kind.approval:
        raise Conflict(_("Your therapist says yes to each time of this kind first."), hint=_("Write to them when you need another time."))
    if time.appointment is not None and clock.now() > time.appointment.cancel_by:
        raise Conflict(_("It is too late to move this one and all after it."), hint=_("Move this one alone, or begin with the next one."))


def check_open(series: Series, lines: Iterable[Line]) -> None:
    """Raise Invalid unless each of the new times is open: free, within working hours, and not sooner than the kind of session allows."""
    kind = session().get_one(ServiceType, series.service_uid)
    soonest = clock.now() + timedelta(minutes=kind.notice_minutes)
    shut = [line for line in lines if line.why is not None or line.outside or line.time.start < soonest]
    if shut:
        said = "; ".join(fmt.day_time(line.time.start) for line in shut)
        raise Invalid(_("Look at the day and the time."), fields={"to": _("These are not open: %(times)s. Choose another day or time.", times=said)})
