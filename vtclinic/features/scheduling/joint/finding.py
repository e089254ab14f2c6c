"""Find times when enough of each group are free, and who of them takes part: the least loaded, whoever is in both groups counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.workload import Loads

MOST_GROUPS, MOST_NEEDED, FEW_A_DAY = 3, 5, 3


@dataclass(frozen=True)
class Needed:
    """How many of some therapists a session needs."""

    count: int
    of: tuple[UUID, ...]


def checked(groups: Iterable[Needed]) -> tuple[Needed, ...]:
    """Return the groups; raise Invalid for none, too many, or more people than a group has."""
    listed = tuple(groups)
    wrong = not 1 <= len(listed) <= MOST_GROUPS or any(not 1 <= group.count <= min(MOST_NEEDED, len(set(group.of))) for group in listed)
    if wrong:
        raise Invalid(_("Choose at least as many people as are needed."), fields={"first": _("Choose at least as many people as are needed.")})
    return listed


def team(groups: tuple[Needed, ...], free: Iterable[UUID], moment: datetime, loads: Loads) -> tuple[UUID, ...] | None:
    """Return who takes part at a moment, one after another by load, or None when too few are free.

    Each seat of each group is one to fill, and nobody fills two: augmenting paths find a full seating whenever there is one.
    """
    able = sorted(set(free), key=lambda uid: loads.key(uid, moment))
    seats = [[uid for uid in able if uid in set(group.of)] for group in groups for _seat in range(group.count)]
    taken: dict[UUID, int] = {}
    if not all(_seat(seats, number, taken, set()) for number in range(len(seats))):
        return None
    by_seat = {number: uid for uid, number in taken.items()}
    return tuple(by_seat[number] for number in range(len(seats)))


def times(groups: tuple[Needed, ...], open_at: Mapping[datetime, list[UUID]], loads: Loads, *, most: int) -> list[tuple[datetime, tuple[UUID, ...]]]:
    """Return the first times when enough are free, a few of each day, each with who takes part."""
    found: list[tuple[datetime, tuple[UUID, ...]]] = []
    per_day: Counter[date] = Counter()
    for start in sorted(open_at):
        if len(found) == most:
            break
        if per_day[start.date()] < FEW_A_DAY and (chosen := team(groups, open_at[start], start, loads)) is not None:
            found.append((start, chosen))
            per_day[start.date()] += 1
    return found


def _seat(seats: list[list[UUID]], number: int, taken: dict[UUID, int], tried: set[UUID]) -> bool:
    for uid in seats[number]:
        if uid in tried:
            continue
        tried.add(uid)
        if uid not in taken or _seat(seats, taken[uid], taken, tried):
            taken[uid] = number
            return True
    return False
