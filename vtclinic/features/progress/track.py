"""Whether the numbers are a reason to talk: reliably worse, or no reliable change after some sessions. A prompt, never a verdict."""

from __future__ import annotations

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.features.progress import policy
from vtclinic.features.progress.instruments import Better, ChangeKind
from vtclinic.features.progress.models_plan import TrackRule
from vtclinic.features.progress.results import Series

CHOICES = (4, 5, 6)
USUAL = 5


@once
def sessions_wanted() -> int:
    """Return after how many sessions without a reliable change a therapist is reminded to talk about it."""
    return session().scalar(select(TrackRule.sessions)) or USUAL


def choose_sessions(actor: Actor, sessions: int) -> None:
    """Choose that number for the clinic: 4, 5 or 6."""
    authorize(actor, policy.can_choose)
    if sessions not in CHOICES:
        raise Invalid(_("Choose one of the answers shown."), fields={"sessions": _("Choose one of the answers shown.")})
    row = session().get(TrackRule, TrackRule.ONLY)
    if row is None:
        session().add(TrackRule(id=TrackRule.ONLY, sessions=sessions, changed_at=clock.now()))
    else:
        row.sessions, row.changed_at = sessions, clock.now()
    record(actor, "questionnaire-plan.talk-after", "clinic", current_clinic().uid, reason=str(sessions))


def hint(series: Series, after: int) -> str:
    """Return the prompt for one questionnaire over time, or nothing.

    Who stands on the well side of the recovery line already is not expected to change, so nothing is said.
    """
    change = series.latest.change
    if change is None or series.instrument.change is None:
        return ""
    if change.kind is ChangeKind.WORSE:
        return _("Reliably worse than at the start. It may be worth a talk: what has changed, and what would help now?")
    if change.kind is ChangeKind.NONE and series.sessions_since_start >= after and not _well(series):
        return _("No reliable change after %(num)s sessions. It may be worth a talk: is this the right way of working?", num=series.sessions_since_start)
    return ""


def _well(series: Series) -> bool:
    rule, total = series.instrument.change, series.latest.total
    if rule is None or rule.recovery is None or total is None:
        return False
    return total < rule.recovery if series.instrument.better is Better.LOWER else total >= rule.recovery
