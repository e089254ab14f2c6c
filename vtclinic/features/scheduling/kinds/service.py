"""Add, change and retire kinds of session; what is booked already keeps the rules it was booked by."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.booking import LIVE_FORMATS
from vtclinic.features.scheduling.models import Audience, ServiceType
from vtclinic.features.staff import api as staff

# Least and most of each number.
BOUNDS = {
    "minutes": (10, 360),
    "step_minutes": (5, 360),
    "before_minutes": (0, 120),
    "after_minutes": (0, 120),
    "notice_minutes": (0, 60 * 24 * 30),
    "horizon_days": (1, 365),
    "cancel_hours": (0, 24 * 14),
    "approval_hours": (1, 24 * 14),
}
LONGEST_NAME, LONGEST_WORDS, MOST_A_DAY = 60, 300, 24


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a clinic says about one kind of session; an empty list of formats or therapists means all."""

    name: str
    minutes: int
    step_minutes: int
    before_minutes: int
    after_minutes: int
    notice_minutes: int
    horizon_days: int
    daily_cap: int | None
    audience: str
    formats: list[str] = field(default_factory=list)
    therapists: list[str] = field(default_factory=list)
    approval: bool = False
    approval_hours: int = 24
    cancel_hours: int = 24
    cancel_words: str = ""
    price: str = ""


def every_kind(actor: Actor) -> list[ServiceType]:
    """Return all kinds, those that can be booked first."""
    authorize(actor, policy.can_run_booking)
    return list(session().scalars(select(ServiceType).order_by(ServiceType.active.desc(), ServiceType.uid)))


def kind(actor: Actor, uid: UUID) -> ServiceType:
    """Return one kind; raise NotFound."""
    authorize(actor, policy.can_run_booking)
    found = session().get(ServiceType, uid)
    if found is None:
        raise NotFound()
    return found


def save(actor: Actor, told: Kind, *, uid: UUID | None = None) -> ServiceType:
    """Keep a kind of session, a new one without `uid`; raise Invalid with a sentence for each field."""
    authorize(actor, policy.can_run_booking)
    _check(told)
    found = kind(actor, uid) if uid is not None else ServiceType(uid=new_id(), active=True)
    for name, value in vars(told).items():
        setattr(found, name, value)
    session().add(found)
    session().flush()
    record(actor, "session-kind.saved", "service", found.uid)
    return found


def retire(actor: Actor, uid: UUID) -> None:
    """Stop offering a kind; raise Conflict for the last one, since nobody could book then."""
    found = kind(actor, uid)
    if found.active and sum(each.active for each in every_kind(actor)) < 2:
        raise Conflict(_("This is the last kind of session. Add another one first."), hint=_("Nothing was changed."))
    found.active = False
    record(actor, "session-kind.retired", "service", uid)


def revive(actor: Actor, uid: UUID) -> None:
    """Offer a kind again."""
    kind(actor, uid).active = True
    record(actor, "session-kind.revived", "service", uid)


def _check(told: Kind) -> None:
    wrong: dict[str, str] = {}
    if not told.name or len(told.name) > LONGEST_NAME:
        wrong["name"] = _("Write a name of up to %(count)s letters.", count=LONGEST_NAME)
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(told, name) <= most:
            wrong[name] = _("Write a number from %(least)s to %(most)s.", least=least, most=most)
    if told.daily_cap is not None and not 1 <= told.daily_cap <= MOST_A_DAY:
        wrong["daily_cap"] = _("Write a number from %(least)s to %(most)s.", least=1, most=MOST_A_DAY)
    if told.audience not in set(Audience) or not set(told.formats) <= set(LIVE_FORMATS):
        wrong["audience"] = _("Choose from the list.")
    if told.therapists and not set(told.therapists) <= {str(person.uid) for person in staff.active_therapists()}:
        wrong["therapists"] = _("Choose from the list.")
    for name in ("cancel_words", "price"):
        if len(getattr(told, name)) > LONGEST_WORDS:
            wrong[name] = _("Use at most %(count)s letters.", count=LONGEST_WORDS)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
