"""Tell therapists and administrators before a licence ends: a month, two weeks and three days ahead."""

from __future__ import annotations

from datetime import timedelta

from vtclinic.core import clock
from vtclinic.core.policy import CLINIC_ADMIN, SYSTEM
from vtclinic.features.scheduling.upset import letters
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import UserState, list_users

STEPS = (3, 14, 30)
# At thirty days the therapist has a letter from `staff` already.
OWN_STEPS = (3, 14)


def tell_of_ends() -> None:
    """Tell of the nearest step that has come; each person hears of each step once, whenever this runs."""
    today = clock.now().date()
    ending = [row for row in staff.ending_licences(today, today + timedelta(days=max(STEPS))) if row.user.state == UserState.ACTIVE]
    if not ending:
        return
    admins = [row.uid for row in list_users(SYSTEM, role=CLINIC_ADMIN, state=UserState.ACTIVE)]
    for row in ending:
        days = (row.expires_on - today).days
        step = min(each for each in STEPS if days <= each)
        if step in OWN_STEPS:
            letters.tell_of_licence(row.therapist_uid, row.uid, step=step, days=days)
        for uid in admins:
            if uid != row.therapist_uid:
                letters.tell_of_licence(uid, row.uid, step=step, days=days, own=False)
