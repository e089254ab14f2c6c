"""When somebody can come: days, parts of the day, and how much notice they need, on their own clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.zones import zone, zone_names

PARTS: dict[str, tuple[time, time]] = {"morning": (time(0), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time(23, 59, 59))}
NOTICES = (0, 4, 24, 48)
MOST_THERAPISTS = 12


@dataclass(frozen=True)
class Wishes:
    """What somebody waits for; an empty list asks for nothing."""

    zone: str
    therapist_uids: tuple[UUID, ...] = ()
    days: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    notice_hours: int = 0
    service_uid: UUID | None = field(default=None)

    def checked(self) -> Wishes:
        """Return itself; raise Invalid for what no page offers."""
        if self.zone not in zone_names():
            raise Invalid(_("Choose a place from the list."), fields={"zone": _("Choose a place from the list.")})
        wrong = set(self.days) - set(range(7)) or set(self.parts) - set(PARTS) or self.notice_hours not in NOTICES
        if wrong or len(self.therapist_uids) > MOST_THERAPISTS:
            raise Invalid(_("Choose one of the answers shown."))
        return self


def fits(start: datetime, now: datetime, *, zone_name: str, days: Collection[int], parts: Collection[str], notice_hours: int) -> bool:
    """Tell whether a session that starts then suits, on the clocks of `zone_name`."""
    local = start.astimezone(zone(zone_name))
    if days and local.weekday() not in days:
        return False
    if parts and not any(PARTS[part][0] <= local.time() < PARTS[part][1] for part in parts):
        return False
    return start - now >= timedelta(hours=notice_hours)
