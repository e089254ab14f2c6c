"""What two clocks do between one time of a series and the next: which of them changes, and whether the gap between them does."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vtclinic.core.zones import zone
from vtclinic.features.scheduling.ics_zone import Onset, onsets
from vtclinic.features.scheduling.recurrence import offset_at

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Change:
    """One change of a clock: forward by `by`, or back when it is negative."""

    zone: str
    at: datetime
    by: timedelta

    @property
    def minutes(self) -> int:
        """Return by how much, without its direction."""
        return abs(int(self.by.total_seconds() // 60))

    @property
    def is_forward(self) -> bool:
        """Tell whether the clock jumps ahead."""
        return self.by > timedelta(0)


@dataclass(frozen=True)
class Mark:
    """What is special about one time: the changes since the time before it, and how far one place is ahead of the other."""

    changes: tuple[Change, ...]
    gap: timedelta
    gap_before: timedelta

    @property
    def gap_changed(self) -> bool:
        """Tell whether the two clocks stand further apart, or closer, than at the time before."""
        return self.gap != self.gap_before

    @property
    def is_quiet(self) -> bool:
        """Tell whether there is nothing to say."""
        return not self.changes and not self.gap_changed


def marks(starts: Sequence[datetime], own: str, other: str) -> list[Mark]:
    """Return a mark for each of several instants, earliest first; the first is compared with the week before it.

    The gap is how far the clock of `other` is ahead of that of `own`.
    """
    if not starts:
        return []
    known = _changes({own, other}, starts[0] - WEEK, starts[-1])
    made = []
    for before, start in itertools.pairwise([starts[0] - WEEK, *starts]):
        since = tuple(change for change in known if before < change.at <= start)
        made.append(Mark(since, gap_at(start, own, other), gap_at(before, own, other)))
    return made


def gap_at(moment: datetime, own: str, other: str) -> timedelta:
    """Return how far the clock of `other` is ahead of that of `own` at an instant."""
    return offset_at(moment, other) - offset_at(moment, own)


def _changes(zones: Iterable[str], first: datetime, last: datetime) -> list[Change]:
    found = (_change(name, onset) for name in sorted(zones) for onset in onsets(zone(name), first.replace(second=0, microsecond=0), last))
    return sorted(found, key=lambda change: change.at)


def _change(name: str, onset: Onset) -> Change:
    return Change(name, onset.at, onset.after - onset.before)
