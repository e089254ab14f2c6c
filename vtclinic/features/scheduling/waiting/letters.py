"""What the list tells people: neutral words, the time on the reader's clock, and links that pass or leave without signing in."""

from __future__ import annotations

from vtclinic.core.i18n import fmt, gettext, lazy, locale_scope
from vtclinic.core.policy import PATIENT
from vtclinic.features.notifications import api as notifications
from vtclinic.features.scheduling.waiting import links
from vtclinic.features.scheduling.waiting.links import Purpose
from vtclinic.features.scheduling.waiting.models import TimeOffer, WaitEntry
from vtclinic.identity.service import user

MINE = "/sessions/waiting"
OFFER = notifications.Kind(
    "time-offer", lazy("A time is kept for you"), mail="waiting-offer", can_mute=False, about=lazy("A time is kept for you on the waiting list"), roles=frozenset({PATIENT})
)
STILL = notifications.Kind(
    "still-waiting", lazy("Are you still waiting for a time?"), mail="waiting-still", about=lazy("Your place on the waiting list"), roles=frozenset({PATIENT})
)
KINDS = (OFFER, STILL)


def tell_offer(offer: TimeOffer) -> None:
    """Tell somebody that a time is kept for them, and until when."""
    reader = user(offer.patient_uid)
    with locale_scope(reader.locale, reader.timezone):
        # The zone is named beside the time, since a reader may be elsewhere when the letter arrives.
        when = gettext("%(when)s (%(zone)s)", when=fmt.day_time(offer.starts_at), zone=fmt.place(reader.timezone))
        until = fmt.day_time(offer.expires_at)
    params = {"when": when, "until": until, "pass_url": links.address(Purpose.NO_THANKS, offer.uid), "leave_url": links.address(Purpose.LEAVE, offer.entry_uid)}
    notifications.notify(offer.patient_uid, OFFER, key=f"offer:{offer.uid}", path=MINE, params=params, until=offer.expires_at)


def take_back_offer(offer: TimeOffer) -> None:
    """Take back what was told about a time that is not kept any more and that nobody has read yet."""
    notifications.withdraw(offer.patient_uid, prefix=f"offer:{offer.uid}")


def ask_whether_waiting(entry: WaitEntry, after: TimeOffer) -> None:
    """Ask somebody who left two offers unanswered whether they still want a time."""
    params = {"leave_url": links.address(Purpose.LEAVE, entry.uid)}
    notifications.notify(entry.patient_uid, STILL, key=f"still:{after.uid}", path=MINE, params=params)
