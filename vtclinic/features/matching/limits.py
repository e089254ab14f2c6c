"""How full therapists are, and how many new people each takes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.matching import policy
from vtclinic.features.matching.models import Limit
from vtclinic.features.matching.standing import standing
from vtclinic.features.staff import api as staff

MOST_NEW = 50


@dataclass(frozen=True)
class Load:
    """One therapist's caseload and limits; `held` places are kept for people who were offered them."""

    therapist: staff.Therapist
    caseload: int
    held: int
    begun: int
    new_per_week: int | None
    paused: bool

    @property
    def capacity(self) -> int:
        """Return the most patients at once, which the therapist sets in the profile."""
        return self.therapist.capacity

    @property
    def free(self) -> int:
        """Return how many can begin now."""
        if self.paused:
            return 0
        left = self.capacity - self.caseload - self.held
        if self.new_per_week is not None:
            left = min(left, self.new_per_week - self.begun - self.held)
        return max(0, left)

    @property
    def percent(self) -> int:
        """Return how full the caseload is, places kept included, from 0 to 100."""
        return min(100, round(100 * (self.caseload + self.held) / self.capacity)) if self.capacity else 100


def loads(actor: Actor) -> list[Load]:
    """Return everybody who works here, the fullest first; two queries."""
    authorize(actor, policy.can_help)
    stands = standing()
    found = [
        Load(
            person,
            stands.caseload.get(person.uid, 0),
            stands.held.get(person.uid, 0),
            stands.begun.get(person.uid, 0),
            stands.per_week.get(person.uid),
            person.uid in stands.paused,
        )
        for person, _licences in staff.practising()
    ]
    return sorted(found, key=lambda load: (-load.percent, load.therapist.name.casefold()))


def change(actor: Actor, therapist_uid: UUID, *, new_per_week: int | None, paused: bool, seen: str) -> Limit:
    """Set a therapist's limits; None is no limit but the caseload. `seen` is `stamp` of the row the form began with; raises Conflict after another change."""
    authorize(actor, policy.can_help)
    person = staff.therapist(therapist_uid)
    if new_per_week is not None and not 0 <= new_per_week <= MOST_NEW:
        sentence = _("Choose a number from 0 to %(most)s, or leave it empty.", most=MOST_NEW)
        raise Invalid(sentence, fields={"new_per_week": sentence})
    row = session().get(Limit, person.uid, with_for_update=True)
    if stamp(row) != seen:
        raise Conflict(_("Somebody else changed this limit meanwhile. Look at theirs first."))
    if row is None:
        row = Limit(therapist_uid=person.uid, changed_at=clock.now())
        session().add(row)
    row.new_per_week, row.paused, row.changed_at, row.changed_by = new_per_week, paused, clock.now(), actor.uid
    session().flush()
    record(actor, "match.limit-changed", "therapist", person.uid)
    return row


def limit_of(actor: Actor, therapist_uid: UUID) -> tuple[staff.Therapist, Limit | None]:
    """Return a therapist and the limit that is set, if any."""
    authorize(actor, policy.can_help)
    return staff.therapist(therapist_uid), session().get(Limit, therapist_uid)


def stamp(row: Limit | None) -> str:
    """Return what tells one state of a limit from the next."""
    return row.changed_at.isoformat() if row is not None else ""
