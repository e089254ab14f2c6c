"""What is said about series: their rhythm, what clocks do, and why a time was left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from vtclinic.core.i18n import fmt, lazy, ngettext
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.recurrence import LAST, Every, Pattern, Trap
from vtclinic.features.scheduling.series.clocks import Change, Mark
from vtclinic.features.scheduling.series.models import Why
from vtclinic.features.scheduling.series.planning import Line

WHY = {
    Why.CHOSEN: lazy("Left out"),
    Why.TAKEN: lazy("Taken"),
    Why.LEAVE: lazy("Leave"),
    Why.CLOSED: lazy("Closed"),
    Why.LICENCE: lazy("No licence then"),
}
WHY_LONG = {
    Why.CHOSEN: lazy("You left this one out."),
    Why.TAKEN: lazy("One of you has something else then. This one is left out."),
    Why.LEAVE: lazy("The therapist is away then."),
    Why.CLOSED: lazy("The clinic is closed that day."),
    Why.LICENCE: lazy("The licence to work where the client lives ends before. This one is left out."),
}
_WEEK = {1: lazy("first"), 2: lazy("second"), 3: lazy("third"), 4: lazy("fourth"), LAST: lazy("last")}


def rhythm(pattern: Pattern) -> str:
    """Return "Every other Thursday at 14:00, on the clock in Dublin"."""
    said = {"day": fmt.weekday(pattern.first), "time": fmt.time(datetime.combine(pattern.first, pattern.wall, UTC), UTC), "place": fmt.place(pattern.zone), "num": pattern.rule.interval}
    if pattern.rule.every is Every.MONTH:
        said["which"] = str(_WEEK[pattern.rule.nth or LAST])
        if pattern.rule.interval == 1:
            return _("The %(which)s %(day)s of each month at %(time)s, on the clock in %(place)s", **said)
        return _("The %(which)s %(day)s of every %(num)s months at %(time)s, on the clock in %(place)s", **said)
    if pattern.rule.interval == 1:
        return _("Every %(day)s at %(time)s, on the clock in %(place)s", **said)
    if pattern.rule.interval == 2:
        return _("Every other %(day)s at %(time)s, on the clock in %(place)s", **said)
    return _("Every %(num)s weeks on %(day)s at %(time)s, on the clock in %(place)s", **said)


def end(pattern: Pattern) -> str:
    """Return how long it goes on."""
    if pattern.rule.count is not None:
        return ngettext("%(num)s time", "%(num)s times", pattern.rule.count)
    if pattern.rule.until is not None:
        return _("Until %(day)s", day=fmt.day(pattern.rule.until))
    return _("Until one of you ends it")


def notes(line: Line, own: str, other: str) -> list[str]:
    """Return what is to be said of one time, to somebody on the clock of `own`."""
    return [*_changes(line.mark, own, other), *_gap(line.mark, own, other), *_trap(line)]


def chips(line: Line) -> list[str]:
    """Return one word or two for each thing that is special."""
    said = [_("Clocks change")] if line.mark.changes else []
    return said + ([_("Different gap")] if line.mark.gap_changed else [])


def _changes(mark: Mark, own: str, other: str) -> Iterator[str]:
    both = {change.zone for change in mark.changes}
    for change in mark.changes:
        twin = own != other and len(both) == 2 and any(each.zone != change.zone and (each.at, each.by) == (change.at, change.by) for each in mark.changes)
        if twin and change.zone != own:
            continue  # said once for both
        yield _change(change, shared=twin or own == other, yours=change.zone == own)


def _change(change: Change, *, shared: bool, yours: bool) -> str:
    said = {"amount": _amount(change.by), "day": fmt.day(change.at, change.zone), "place": fmt.place(change.zone)}
    if shared:
        return _("Clocks go forward %(amount)s on %(day)s.", **said) if change.is_forward else _("Clocks go back %(amount)s on %(day)s.", **said)
    if yours:
        return _("Your clocks go forward %(amount)s on %(day)s.", **said) if change.is_forward else _("Your clocks go back %(amount)s on %(day)s.", **said)
    if change.is_forward:
        return _("In %(place)s clocks go forward %(amount)s on %(day)s.", **said)
    return _("In %(place)s clocks go back %(amount)s on %(day)s.", **said)


def _gap(mark: Mark, own: str, other: str) -> Iterator[str]:
    if not mark.gap_changed:
        return
    now = _stands(mark.gap, own, other)
    if not mark.gap_before:
        yield _("From here on, %(now)s. Before, both had the same time.", now=now)
    else:
        yield _("From here on, %(now)s. Before, it was %(amount)s.", now=now, amount=_amount(mark.gap_before))


def _stands(gap: timedelta, own: str, other: str) -> str:
    said = {"place": fmt.place(other), "own": fmt.place(own), "amount": _amount(gap)}
    if not gap:
        return _("%(place)s and %(own)s have the same time", **said)
    if gap > timedelta(0):
        return _("%(place)s is %(amount)s ahead of %(own)s", **said)
    return _("%(place)s is %(amount)s behind %(own)s", **said)


def _trap(line: Line) -> Iterator[str]:
    if line.time.trap is Trap.SKIPPED:
        yield _("This time does not exist that night. It is %(time)s instead.", time=fmt.time(line.time.start))
    if line.time.trap is Trap.REPEATED:
        yield _("This time comes twice that night. It is the first.")


def _amount(gap: timedelta) -> str:
    minutes = abs(int(gap.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    words = ([ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []) + ([ngettext("%(num)s minute", "%(num)s minutes", rest)] if rest else [])
    return " ".join(words)
