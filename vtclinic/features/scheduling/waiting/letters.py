"""Letters about the list: neutral words, the time on the reader's clock, and links that pass or leave without signing in."""

from __future__ import annotations

from typing import Any

from vtclinic.core.i18n import fmt, gettext, locale_scope
from vtclinic.core.outbox import queue_mail
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting import links
from vtclinic.features.scheduling.waiting.links import Purpose
from vtclinic.features.scheduling.waiting.models import TimeOffer, WaitEntry
from vtclinic.identity.service import user


def tell_offer(offer: TimeOffer) -> None:
    """Tell somebody that a time is kept for them, and until when."""
    reader = user(offer.patient_uid)
    with locale_scope(reader.locale, reader.timezone):
        when = gettext("%(when)s (%(zone)s)", when=fmt.day_time(offer.starts_at), zone=fmt.place(reader.timezone))
        until = fmt.day_time(offer.expires_at)
    _write(offer, "waiting-offer", {"when": when, "until": until, "pass_url": links.address(Purpose.PASS, offer.uid), "leave_url": links.address(Purpose.LEAVE, offer.entry_uid)})


def ask_whether_waiting(entry: WaitEntry) -> None:
    """Ask somebody who left two offers unanswered whether they still want a time."""
    _write(entry, "waiting-still", {"leave_url": links.address(Purpose.LEAVE, entry.uid)})


def _write(about: TimeOffer | WaitEntry, template: str, params: dict[str, Any]) -> None:
    patient = records.patient(about.patient_uid)
    if records.may_mail(patient):
        reader = user(about.patient_uid)
        queue_mail(reader.email, template, params, locale=reader.locale, timezone=reader.timezone, named=records.may_be_named(patient))
