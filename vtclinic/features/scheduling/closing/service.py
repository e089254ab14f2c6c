"""Change which days are closed, and say that one works on such a day; what is booked already stays until it is called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.closing import days
from vtclinic.features.scheduling.closing.days import Closures, Holiday
from vtclinic.features.scheduling.closing.models import ClinicDay, ClosingRules, DayWorked

AHEAD = timedelta(days=400)
LONGEST_NAME = 60


@dataclass(frozen=True)
class ClosingPage:
    """The days of the coming year, and the country's regions with holidays of their own."""

    closures: Closures
    regions: list[str]


@dataclass(frozen=True)
class OwnDay:
    """One closed day as a therapist sees it."""

    holiday: Holiday
    works: bool


def closing_page(actor: Actor) -> ClosingPage:
    """Return the coming year's days, for administrators."""
    authorize(actor, policy.can_run_booking)
    return ClosingPage(_coming(), days.regions(current_clinic().country))


def own_days(actor: Actor) -> list[OwnDay]:
    """Return the coming closed days, and on which of them the actor works."""
    authorize(actor, policy.can_have_calendar)
    found = _coming()
    return [OwnDay(each, (actor.uid, each.day) in found.worked) for each in found.days if each.closed]


def save_rules(actor: Actor, *, public: bool, region: str) -> None:
    """Say whether public holidays close the clinic, and of which region."""
    authorize(actor, policy.can_run_booking)
    if region and region not in days.regions(current_clinic().country):
        raise Invalid(_("Choose from the list."), fields={"region": _("Choose from the list.")})
    session().merge(ClosingRules(id=1, public=public, region=region))
    record(actor, "closed-days.rules-saved", "clinic", current_clinic().uid)


def set_closed(actor: Actor, day: date, *, closed: bool) -> None:
    """Close a day of the list, or open it; an own day that opens leaves the list."""
    authorize(actor, policy.can_run_booking)
    listed = next((each for each in _coming().days if each.day == day), None)
    if listed is None:
        raise NotFound()
    session().execute(delete(ClinicDay).where(ClinicDay.day == day))
    if listed.public != closed:
        session().add(ClinicDay(day=day, closed=closed, name="" if listed.public else listed.name))
    record(actor, "closed-days.changed", "clinic", current_clinic().uid, reason=day.isoformat())


def add_day(actor: Actor, day: date, name: str) -> None:
    """Add a closing day of the clinic's own."""
    authorize(actor, policy.can_run_booking)
    today = clock.now().astimezone(current_timezone()).date()
    if not today <= day <= today + AHEAD:
        raise Invalid(_("Choose a day within the next year."), fields={"day": _("Choose a day within the next year.")})
    if len(name) > LONGEST_NAME:
        raise Invalid(_("Use at most 60 characters."), fields={"name": _("Use at most 60 characters.")})
    session().merge(ClinicDay(day=day, closed=True, name=name))
    record(actor, "closed-days.changed", "clinic", current_clinic().uid, reason=day.isoformat())


def work_on(actor: Actor, day: date, *, works: bool) -> None:
    """Say that the actor works on a closed day, or no more."""
    authorize(actor, policy.can_have_calendar)
    assert actor.uid is not None  # the policy let a signed-in person through
    if all(each.holiday.day != day for each in own_days(actor)):
        raise NotFound()
    if works:
        session().merge(DayWorked(therapist_uid=actor.uid, day=day))
    else:
        session().execute(delete(DayWorked).where(DayWorked.therapist_uid == actor.uid, DayWorked.day == day))
    record(actor, "closed-days.work-changed", "therapist", actor.uid, reason=day.isoformat())


def _coming() -> Closures:
    today = clock.now().astimezone(current_timezone()).date()
    return days.closures(today, today + AHEAD)
