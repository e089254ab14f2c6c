"""Whether two totals differ by more than measurement error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vtclinic.core.errors import Conflict, Invalid
from vtclinic.features.progress.instruments.schema import Better, Instrument, Total


class VersionsDiffer(Conflict):
    """Two results come from different questionnaires or versions: they may not be compared."""


class Measured(Protocol):
    """A stored result: a Score, or a row with the same three fields."""

    @property
    def instrument(self) -> str:
        """The instrument's id."""

    @property
    def version(self) -> str:
        """The instrument's version when it was answered."""

    @property
    def total(self) -> Total | None:
        """The total, or None when an item was missing."""


class ChangeKind(StrEnum):
    """The direction of a change that is larger than measurement error."""

    IMPROVED = "improved"
    WORSE = "worse"
    NONE = "none"


@dataclass(frozen=True)
class Change:
    """How a result moved since the baseline.

    `size` is now minus baseline, so its sign is the total's. `recovered` needs a reliable improvement that also crosses the recovery line.
    """

    kind: ChangeKind
    recovered: bool
    size: Total


def reliable_change(instrument: Instrument, baseline: Measured, now: Measured) -> Change | None:
    """Compare two results of this very version; None when the instrument has no published change rule.

    Raises VersionsDiffer when either result is of another instrument or version, Invalid when either has no total.
    """
    first, last = _total(instrument, baseline), _total(instrument, now)
    rule = instrument.change
    if rule is None:
        return None
    size = round(last - first, 2)
    gain = -size if instrument.better is Better.LOWER else size
    if gain >= rule.reliable:
        crossed = not _recovered(instrument, first) and _recovered(instrument, last)
        return Change(ChangeKind.IMPROVED, recovered=crossed, size=size)
    kind = ChangeKind.WORSE if -gain >= rule.reliable else ChangeKind.NONE
    return Change(kind, recovered=False, size=size)


def _total(instrument: Instrument, result: Measured) -> Total:
    if (result.instrument, result.version) != (instrument.id, instrument.version):
        raise VersionsDiffer(
            f"a result of {result.instrument} version {result.version} cannot be compared as {instrument.id} version {instrument.version}"
        )
    if result.total is None:
        raise Invalid("a result with a missing answer has no total to compare")
    return result.total


def _recovered(instrument: Instrument, total: Total) -> bool:
    line = instrument.change.recovery if instrument.change else None
    if line is None:
        return False
    return total < line if instrument.better is Better.LOWER else total >= line
