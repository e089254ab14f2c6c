"""The clinic's own rules of escalation: each change is a new version, and none is laxer than what the forms themselves ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.features.crisis import policy
from vtclinic.features.crisis.duty_models import RiskRules
from vtclinic.features.crisis.models import Level, Rung
from vtclinic.features.crisis.people import present
from vtclinic.features.progress import api as progress

FEWEST, MOST = 1, 60
_STEPS = ("on_call", "backup", "lead", "again")


@dataclass(frozen=True)
class Rules:
    """How long each step of the ladder waits, who leads, when the working day ends, and which answers are more urgent here.

    Minutes; `again` is how often the alarm sounds when nobody has begun. `sooner` holds answers as "instrument/item/value".
    """

    version: int = 0
    on_call: int = 15
    backup: int = 15
    lead: int = 15
    again: int = 15
    lead_uid: UUID | None = None
    starts: time = time(9)
    ends: time = time(17)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    sooner: frozenset[str] = field(default_factory=frozenset)

    def wait(self, rung: Rung) -> timedelta:
        """Return how long somebody on this rung has to begin."""
        minutes = {Rung.BACKUP: self.backup, Rung.LEAD: self.lead, Rung.ALARM: self.again}.get(rung, self.on_call)
        return timedelta(minutes=minutes)

    def level(self, instrument: str, item: int, value: int, asked: str) -> Level:
        """Return how soon an answer is read here: as the form asks, or sooner."""
        return Level.NOW if key_of(instrument, item, value) in self.sooner else Level(asked)

    @property
    def working_days(self) -> progress.WorkingDays:
        """The days and hours that "same working day" means."""
        return progress.WorkingDays(self.starts, self.ends, frozenset(self.days))


def key_of(instrument: str, item: int, value: int) -> str:
    """Name one answer."""
    return f"{instrument}/{item}/{value}"


@once
def in_force() -> Rules:
    """Return the newest version, or the defaults of a clinic that changed nothing."""
    row = session().scalars(select(RiskRules).order_by(RiskRules.version.desc()).limit(1)).first()
    return _read(row) if row is not None else Rules()


def history(actor: Actor) -> list[RiskRules]:
    """Return the versions, newest first."""
    authorize(actor, policy.can_rule)
    return list(session().scalars(select(RiskRules).order_by(RiskRules.version.desc()).limit(20)))


def change(actor: Actor, wanted: Rules) -> Rules:
    """Put a new version in force; `wanted.version` is the one it was made from.

    Raises Conflict when another version came in between, Invalid with a sentence for each field.
    """
    authorize(actor, policy.can_rule)
    before = in_force()
    if wanted.version != before.version:
        raise Conflict(_("Somebody else changed these rules since you opened this page. Look at them again."))
    _check(wanted)
    made = replace(wanted, version=before.version + 1)
    session().add(RiskRules(version=made.version, at=clock.now(), by=actor.uid, data=_stored(made)))
    session().flush()
    record(actor, "risk.rules", "clinic", current_clinic().uid, reason=f"version {made.version}")
    return made


def _check(wanted: Rules) -> None:
    wrong: dict[str, str] = {name: _("Choose from 1 to 60 minutes.") for name in _STEPS if not FEWEST <= getattr(wanted, name) <= MOST}
    if wanted.lead_uid is not None and not present([wanted.lead_uid], leave=False):
        wrong["lead_uid"] = _("Choose a therapist who works here.")
    if not wanted.days or not set(wanted.days) <= set(range(7)):
        wrong["days"] = _("Choose at least one day.")
    if wanted.ends <= wanted.starts:
        wrong["ends"] = _("The day has to end after it starts.")
    if wanted.sooner - {key_of(one.instrument, one.item, value) for one in progress.risk_items() for value, _text, _level in one.answers}:
        wrong["sooner"] = _("Choose among the answers on this page.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _stored(rules: Rules) -> dict[str, Any]:
    data = asdict(rules)
    del data["version"]
    return data | {
        "lead_uid": str(rules.lead_uid) if rules.lead_uid else None,
        "starts": f"{rules.starts:%H:%M}",
        "ends": f"{rules.ends:%H:%M}",
        "sooner": sorted(rules.sooner),
        "days": sorted(rules.days),
    }


def _read(row: RiskRules) -> Rules:
    data: Mapping[str, Any] = row.data
    return Rules(
        version=row.version,
        lead_uid=UUID(data["lead_uid"]) if data.get("lead_uid") else None,
        starts=time.fromisoformat(data["starts"]),
        ends=time.fromisoformat(data["ends"]),
        days=tuple(data["days"]),
        sooner=frozenset(data["sooner"]),
        **{name: int(data[name]) for name in _STEPS},
    )
