"""What the pages show, ready for templates: slots on two clocks, and people with their portraits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from vtclinic.core.i18n import fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.zones import zone, zone_names
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.openings import Week
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.staff import api as staff

STAMP = "%Y%m%dT%H%MZ"
# value, your time, their time, chosen: as the slot picker's macro takes them.
Tile = tuple[str, str, str, bool]


@dataclass(frozen=True)
class Clock:
    """Whose clock: the reader's zone and the other person's."""

    yours: str
    theirs: str

    def second(self, moment: datetime) -> str:
        """Return the other person's time and place when it differs from the reader's, with the day when that differs too."""
        here, there = fmt.local(moment, self.yours), fmt.local(moment, self.theirs)
        if here.replace(tzinfo=None) == there.replace(tzinfo=None):
            return ""
        time = fmt.time(moment, self.theirs) if here.date() == there.date() else fmt.day_time_short(moment, self.theirs)
        return f"{time} {fmt.place(self.theirs)}"


@dataclass(frozen=True)
class SessionRow:
    """One session and the therapist it is with."""

    appointment: Appointment
    therapist: staff.Therapist


def stamp(moment: datetime) -> str:
    """Return an instant as it stands in addresses and forms."""
    return moment.astimezone(UTC).strftime(STAMP)


def read_stamp(text: str | None) -> datetime | None:
    """Return the instant a stamp names, or None."""
    try:
        return datetime.strptime(text or "", STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def read_day(text: str | None) -> date | None:
    """Return the day that an address names, or None."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def read_number(text: str | None) -> int | None:
    """Return the number that a form carries, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def read_zone(text: str | None, fallback: str) -> str:
    """Return a zone's name when it is one, else the fallback."""
    return text if text in zone_names() else fallback


def tiles(slots: Iterable[Slot], clock: Clock, chosen: datetime | None = None) -> list[Tile]:
    """Return slots as tiles, the reader's time first; a time that comes twice in one night gets its zone's short name."""
    listed = list(slots)
    shown = [fmt.time(slot.start, clock.yours) for slot in listed]
    twice = {text for text, count in Counter(shown).items() if count > 1}
    return [
        (stamp(slot.start), f"{text} {_short_name(slot.start, clock.yours)}" if text in twice else text, clock.second(slot.start), slot.start == chosen)
        for slot, text in zip(listed, shown, strict=True)
    ]


def picker(week: Week, clock: Clock, chosen: datetime | None = None) -> list[tuple[str, str, list[Tile]]]:
    """Return a week as the slot picker's macro takes it."""
    return [(fmt.weekday(day.date), fmt.day_month(day.date), tiles(day.slots, clock, chosen)) for day in week.days]


def near(slots: Iterable[Slot], clock: Clock) -> list[tuple[str, str, list[Tile]]]:
    """Return slots of any days as the slot picker's macro takes them, one group a day."""
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(fmt.local(slot.start, clock.yours).date(), []).append(slot)
    return [(fmt.weekday(day), fmt.day_month(day), tiles(rows, clock)) for day, rows in by_day.items()]


def week_words(week: Week) -> str:
    """Return "30 November to 4 December", or one day when no other is left of the week."""
    if week.first == week.last:
        return fmt.day_month(week.first)
    return _("%(first)s to %(last)s", first=fmt.day_month(week.first), last=fmt.day_month(week.last))


def what(format_code: str, minutes: int) -> str:
    """Return "Video call, 50 minutes."."""
    return _("%(format)s, %(minutes)s minutes.", format=staff.FORMATS.get(format_code, format_code), minutes=minutes)


def named(formats: Iterable[str]) -> list[tuple[str, str]]:
    """Return ways to meet as choices."""
    return [(code, str(staff.FORMATS[code])) for code in formats]


def live_formats(therapist: staff.Therapist) -> list[tuple[str, str]]:
    """Return the ways to meet a therapist at a time, as choices."""
    return named(code for code in ("video", "audio", "chat") if code in therapist.formats)


def with_therapists(appointments: Iterable[Appointment]) -> list[SessionRow]:
    """Join sessions and their therapists; the number of queries does not grow."""
    rows = list(appointments)
    people = staff.therapists(row.therapist_uid for row in rows)
    return [SessionRow(row, people[row.therapist_uid]) for row in rows if row.therapist_uid in people]


def _short_name(moment: datetime, zone_name: str) -> str:
    return moment.astimezone(zone(zone_name)).tzname() or ""
