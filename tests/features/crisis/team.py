"""A clinic with a rota: Amara on call, Ben behind her, Cleo leads, Ruth runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from tests.people import People
from vtclinic.features.crisis import rota, rules
from vtclinic.features.crisis.rota import Stretch

ALL_WEEK = range(7)


@dataclass(frozen=True)
class Team:
    """Who has which post, around the clock."""

    amara: UUID
    ben: UUID
    cleo: UUID
    ruth: UUID


def make_team(people: People, *, posts: bool = True) -> Team:
    """Make the four; without `posts` the rota stays empty."""
    team = Team(people.therapist(), people.therapist("Ben Cole"), people.therapist("Cleo Marsh"), people.admin())
    ruth = people.actor(team.ruth)
    with people.inside():
        rules.change(ruth, replace(rules.in_force(), lead_uid=team.cleo))
        if posts:
            rota.add_spans(ruth, ALL_WEEK, Stretch(0, 0, "primary", team.amara))
            rota.add_spans(ruth, ALL_WEEK, Stretch(0, 0, "backup", team.ben))
    return team
