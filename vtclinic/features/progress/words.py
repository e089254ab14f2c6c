"""Results in plain words: what the authors of a questionnaire call a total, and how it moved. Never a verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vtclinic.core.i18n import format_day_time, lazy, ngettext
from vtclinic.core.i18n import gettext as _
from vtclinic.features.progress.instruments import Better, Change, ChangeKind, Instrument, Total
from vtclinic.features.progress.models_plan import Plan, When

# What patients call these questions; the published title stays beside it.
_PLAIN: dict[str, Any] = {
    "phq-9": lazy("Low mood"),
    "phq-2": lazy("Low mood, 2 questions"),
    "gad-7": lazy("Worry"),
    "gad-2": lazy("Worry, 2 questions"),
    "pcl-5": lazy("After a frightening event"),
    "audit-c": lazy("Drinks with alcohol"),
    "session-check": lazy("About your session"),
    "who-5": lazy("Well-being"),
    "core-10": lazy("How the last week was"),
}
_BANDS: dict[str, Any] = {
    "minimal": lazy("minimal"),
    "mild": lazy("mild"),
    "moderate": lazy("moderate"),
    "moderately_severe": lazy("moderately severe"),
    "severe": lazy("severe"),
    "very_low": lazy("very low well-being"),
    "low": lazy("low well-being"),
    "usual": lazy("usual well-being"),
    "below": lazy("below the clinical line"),
}


def plain_title(pack: Instrument) -> str:
    """Return what a patient calls this questionnaire."""
    return str(_PLAIN.get(pack.id, pack.title))


def band_word(pack: Instrument, band_id: str | None) -> str:
    """Return the authors' word for a band, in the reader's language; empty without bands."""
    if band_id is None:
        return ""
    own = next((band.text for band in pack.bands if band.id == band_id), band_id)
    return own if pack.id.startswith("own-") else str(_BANDS.get(band_id, own))


def line_word(pack: Instrument, line: str | None) -> str:
    """Return the words of the cut-off a person said applies; empty when nobody said."""
    return next((each.text for each in pack.cutoffs if each.id == line), "")


def pack_facts(pack: Instrument) -> list[tuple[str, str]]:
    """Return what an administrator wants to know about a questionnaire, as pairs of term and words."""
    facts = [
        (_("Questions"), str(len(pack.items))),
        (_("Total"), _("%(low)s to %(high)s", low=pack.lowest, high=pack.highest)),
        (_("Better is"), _("lower") if pack.better is Better.LOWER else _("higher")),
        (_("Version"), pack.version),
        (_("Licence"), pack.licence),
    ]
    if pack.change:
        facts.append((_("Reliable change"), _("%(points)s or more", points=pack.change.reliable)))
    return facts


_WHEN: dict[str, Any] = {
    When.FIRST: lazy("Before the first session"),
    When.SESSIONS: lazy("Every so many sessions"),
    When.WEEKS: lazy("Every so many weeks"),
    When.NEVER: lazy("Never by itself"),
}


def when_choice(when: str) -> str:
    """Return the words of one kind of rule."""
    return str(_WHEN[when])


def when(rule: Plan) -> str:
    """Say when questions come by a rule."""
    if rule.when == When.SESSIONS:
        return ngettext("after every session", "after every %(num)s sessions", rule.every)
    if rule.when == When.WEEKS:
        return ngettext("every week", "every %(num)s weeks", rule.every)
    return _("before the first session") if rule.when == When.FIRST else _("never by itself")


def minutes(pack: Instrument) -> int:
    """Return roughly how long it takes."""
    return max(1, round(len(pack.items) * 15 / 60))


def change_for_patient(change: Change | None, baseline: Total) -> str:
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


def change_for_therapist(change: Change | None, pack: Instrument, baseline: Total) -> str:
    """Say the same to a clinician, with the published rule."""
    if change is None or pack.change is None:
        return _("No published rule for change.")
    if change.size == 0:
        return _("No change from the baseline of %(first)s.", first=baseline)
    size = abs(change.size)
    if size != 1:
        lower, higher = _("%(size)s points lower than the baseline of %(first)s."), _("%(size)s points higher than the baseline of %(first)s.")
    else:
        lower, higher = _("%(size)s point lower than the baseline of %(first)s."), _("%(size)s point higher than the baseline of %(first)s.")
    return f"{(lower if change.size < 0 else higher) % {'size': size, 'first': baseline}} {_kind(change, pack)}"


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


def _moved(size: Total) -> str:
    whole = int(abs(size))
    if whole != abs(size):
        return _("That is %(size)s points lower.", size=-size) if size < 0 else _("That is %(size)s points higher.", size=size)
    if size < 0:
        return ngettext("That is %(num)s point lower.", "That is %(num)s points lower.", whole)
    return ngettext("That is %(num)s point higher.", "That is %(num)s points higher.", whole)


def reads_by(promised: datetime, now: datetime, timezone: str) -> str:
    """Say when somebody reads an answer: "today", or "by Monday 23 November, 17:00" when the clinic's day is over."""
    zone = ZoneInfo(timezone)
    if promised.astimezone(zone).date() == now.astimezone(zone).date():
        return _("today")
    return _("by %(day_time)s", day_time=format_day_time(promised))
