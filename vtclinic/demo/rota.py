"""A made-up rota: two people by turns, a lead, and gaps that show what a gap looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from vtclinic.core.policy import Actor
from vtclinic.features.crisis import rota, rules
from vtclinic.features.crisis.rota import Stretch

HOUR = 60
WORKDAYS, WEEKEND = range(5), (5, 6)


def seed_rota(admin: Actor, therapists: Sequence[UUID]) -> None:
    """Put the first two therapists on call and let the last lead."""
    first, second, lead = therapists[0], therapists[1], therapists[-1]
    rota.add_spans(admin, WORKDAYS, Stretch(8 * HOUR, 20 * HOUR, "primary", first))
    rota.add_spans(admin, WORKDAYS, Stretch(8 * HOUR, 8 * HOUR, "backup", second))
    rota.add_spans(admin, WEEKEND, Stretch(10 * HOUR, 18 * HOUR, "primary", second))
    rules.change(admin, replace(rules.in_force(), lead_uid=lead))
