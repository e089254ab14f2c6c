"""Results in plain words: what the authors of a questionnaire call a total, and how it moved. Never a verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vtclinic.core.i18n import format_day_time, lazy, ngettext
from vtclinic.core.i18n import gettext as _
from vtclinic.features.progress.instruments import Change, ChangeKind, Instrument

# What patients call these questions; the published title stays beside it.
_PLAIN: dict[str, Any] = {
    "phq-9": lazy("Low mood"),
    "phq-2": lazy("Low mood, 2 questions"),
    "gad-7": lazy("Worry"),
    "gad-2": lazy("Worry, 2 questions"),
    "pcl-5": lazy("After a frightening event"),
    "audit-c": lazy("Drinks with alcohol"),
    "session-check": lazy("About your session"),
}
_BANDS: dict[str, Any] = {
    "minimal": lazy("minimal"),
    "mild": lazy("mild"),
    "moderate": lazy("moderate"),
    "moderately_severe": lazy("moderately severe"),
    "severe": lazy("severe"),
}


def plain_title(pack: Instrument) -> str:
    """Return what a patient calls this questionnaire."""
    return str(_PLAIN.get(pack.id, pack.title))


def band_word(pack: Instrument, band_id: str | None) -> str:
    """Return the authors' word for a band, in the reader's language; empty without bands."""
    if band_id is None:
        return ""
    own = next((band.text for band in pack.bands if band.id == band_id), band_id)
    return str(_BANDS.get(band_id, own))


def minutes(pack: Instrument) -> int:
    """Return roughly how long it takes."""
    return max(1, round(len(pack.items) * 15 / 60))


def change_for_patient(change: Change | None, baseline: int) -> str:
    """Say how a total moved since the first one."""
    if change is None:
        return ""
    if change.size == 0:
        return _("You started at %(first)s. It is the same now.", first=baseline)
    start = _("You started at %(first)s.", first=baseline)
    moved = _moved(change.size)
    if change.kind is ChangeKind.NONE:
        return f"{start} {moved} {_('That is within the usual ups and downs.')}"
    return f"{start} {moved} {_('That is more than the usual ups and downs.')}"


def change_for_therapist(change: Change | None, pack: Instrument, baseline: int) -> str:
    """Say the same to a clinician, with the published rule."""
    if change is None or pack.change is None:
        return _("No published rule for change.")
    if change.size == 0:
        return _("No change from the baseline of %(first)s.", first=baseline)
    size = abs(change.size)
    moved = (
        ngettext("%(num)s point lower than the baseline of %(first)s.", "%(num)s points lower than the baseline of %(first)s.", size, first=baseline)
        if change.size < 0
        else ngettext("%(num)s point higher than the baseline of %(first)s.", "%(num)s points higher than the baseline of %(first)s.", size, first=baseline)
    )
    return f"{moved} {_kind(change, pack)}"


def _kind(change: Change, pack: Instrument) -> str:
    assert pack.change is not None
    least = pack.change.reliable
    if change.kind is ChangeKind.NONE:
        return _("Not a reliable change (%(least)s or more is).", least=least)
    if change.kind is ChangeKind.WORSE:
        return _("Reliably worse (%(least)s or more).", least=least)
    if change.recovered:
        return _("Reliably better (%(least)s or more), and below the line of %(line)s.", least=least, line=pack.change.recovery)
    return _("Reliably better (%(least)s or more).", least=least)


def _moved(size: int) -> str:
    if size < 0:
        return ngettext("That is %(num)s point lower.", "That is %(num)s points lower.", -size)
    return ngettext("That is %(num)s point higher.", "That is %(num)s points higher.", size)


def reads_by(promised: datetime, now: datetime, timezone: str) -> str:
    """Say when somebody reads an answer: "today", or "by Monday 23 November, 17:00" when the clinic's day is over."""
    zone = ZoneInfo(timezone)
    if promised.astimezone(zone).date() == now.astimezone(zone).date():
        return _("today")
    return _("by %(day_time)s", day_time=format_day_time(promised))
