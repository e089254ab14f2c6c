"""A group that meets on a Thursday evening: what makes the pages of group sessions worth opening."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from vtclinic.core import clock
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.groups import seating
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.groups.seating import Wanted
from vtclinic.identity import service as identity
from vtclinic.identity.accounts import as_actor

AMARA, COLLEAGUE = "amara@harbour.example", "niamh@harbour.example"
SEATED = (("sam@patients.example", True), ("yusuf@patients.example", False))
ASKED = ("jakub@patients.example",)
DUBLIN = "Europe/Dublin"
THURSDAY, EVENING = 3, time(20, 0)


def seed_groups(now: datetime) -> None:
    """Plan the group for a Thursday some days ahead, with two seats taken and one person who has not answered."""
    amara, colleague = (identity.user_by_email(email) for email in (AMARA, COLLEAGUE))
    people = [identity.user_by_email(email) for email in (*(email for email, _named in SEATED), *ASKED)]
    soonest = now.astimezone(zone(DUBLIN)).date() + timedelta(days=3)
    day = soonest + timedelta(days=(THURSDAY - soonest.weekday()) % 7)
    with clock.at(now - timedelta(days=4)):
        wanted = Wanted(
            kind=GroupKind.GROUP,
            title="Thursday evening",
            service_uid=diary.services()[0].uid,
            start=wall_instant(day, EVENING, DUBLIN),
            zone=DUBLIN,
            seats=6,
            format="video",
            patients=tuple(person.uid for person in people),
            others=(colleague.uid,),
        )
        group = seating.plan(as_actor(amara), wanted)
    with clock.at(now - timedelta(days=3)):
        for email, named in SEATED:
            seating.join(as_actor(identity.user_by_email(email)), group.uid, shows_name=named)
