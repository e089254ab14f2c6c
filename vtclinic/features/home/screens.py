"""Words that the first pages' templates need."""

from __future__ import annotations

from vtclinic.core.i18n import gettext as _
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff


def how(format_code: str) -> str:
    """Say how people meet: "Video call"."""
    return str(staff.FORMATS.get(format_code, format_code))


def place(parts: dict[str, str]) -> str:
    """Say where somebody is, or that they did not tell."""
    return records.place_name(parts["country"], parts["region"], parts["city"]) if parts["country"] else _("Not told")


def change(score: progress.ScoreView) -> str:
    """Say how a score moved since the first one: "6 lower than at the start: reliable change"."""
    moved = score.change
    if moved is None:
        return ""
    if moved.size == 0:
        return _("The same as at the start")
    side = _("%(count)s lower than at the start", count=-moved.size) if moved.size < 0 else _("%(count)s higher than at the start", count=moved.size)
    return f"{side}: {_('reliable change') if moved.kind != 'none' else _('within the usual ups and downs')}"


def is_worse(score: progress.ScoreView | None) -> bool:
    """Tell whether a score rose by more than measurement error."""
    return score is not None and score.change is not None and score.change.kind == "worse"
