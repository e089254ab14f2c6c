"""Why a session cannot take place, in words for staff."""

from __future__ import annotations

from vtclinic.core.i18n import lazy
from vtclinic.features.scheduling.upset.models import Cause

CAUSES = {
    Cause.AWAY: lazy("Days away"),
    Cause.LEFT: lazy("Does not work here now"),
    Cause.CARE_ENDED: lazy("Care has ended"),
    Cause.LICENCE: lazy("No valid registration on that day"),
}
