"""Sessions with seats: never more people than seats, a couple needs both, and nobody learns a name that was not given."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import GROUP_START as START
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, openings
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.groups import jobs, lookup, seating
from vtclinic.features.scheduling.groups.models import GroupKind, GroupSeat, GroupState, MemberState
from vtclinic.features.scheduling.groups.seating import GroupFull
from vtclinic.features.scheduling.models import SlotClaim
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.staff import api as staff
from vtclinic.tenants.scope import tenant_scope

MANY = 6


def mails(template):
    return [row.template for row in session().scalars(select(OutboxMail).where(OutboxMail.template == template))]


def test_who_is_asked_may_take_a_seat_and_nobody_else(crowd, plan, act, people):
    first, second, other = crowd(3)
    group = plan([first, second])
    assert act(seating.join, first, group).free == 2
    assert act(seating.join, first, group).free == 2
    with pytest.raises(NotFound):
        act(seating.join, other, group)
    for stranger in (other, people.therapist("Tomas Reyes")):
        with pytest.raises(NotFound):
            act(lookup.seen, stranger, group)
    with people.inside():
        assert len(mails("series-booked")) == 1


def test_an_open_session_lets_in_whom_its_therapists_care_for(crowd, plan, act, people):
    (inside,) = crowd(1)
    outside = people.patient("Eva Lind")
    tell(people, outside)
    group = plan(open_to_all=True)
    assert act(seating.join, inside, group).joined[0].patient_uid == inside
    with pytest.raises(NotFound):
        act(seating.join, outside, group)


def test_a_full_session_takes_nobody_until_somebody_leaves(crowd, plan, act):
    first, second, third = crowd(3)
    group = plan([first, second, third], seats=2)
    act(seating.join, first, group), act(seating.join, second, group)
    with pytest.raises(GroupFull):
        act(seating.join, third, group)
    act(seating.leave, first, group)
    assert act(seating.join, third, group).free == 0
    with pytest.raises(GroupFull):
        act(seating.join, first, group)


def test_of_many_who_want_the_last_seats_only_as_many_get_one(crowd, plan, people):
    everybody = crowd(MANY)
    assert race(plan(everybody, seats=2), everybody, people) == 2


@pytest.mark.postgres
def test_so_it_is_on_postgresql(clinic_on_postgres, crowd, plan, people):
    everybody = crowd(MANY)
    assert race(plan(seats=2, open_to_all=True), everybody, people) == 2


def race(group, everybody, people):
    """Let everybody take a seat at once, one of them twice; return how many seats are taken."""
    actors = [people.actor(uid) for uid in [*everybody, everybody[0]]]
    ends = people.at_once([partial(seating.join, actor, group) for actor in actors], told=GroupFull)
    with people.inside():
        whole = lookup.group(group)
        assert {each.patient_uid for each in whole.joined} == {actor.uid for actor, end in zip(actors, ends, strict=True) if not isinstance(end, GroupFull)}
        return session().scalar(select(func.count()).select_from(GroupSeat))


def test_it_takes_everybodys_time_both_ways(crowd, plan, act, book, people, amara, sam):
    (patient,) = crowd(1)
    book(sam, START)
    with pytest.raises(SlotTaken):
        plan([patient])
    later = START + timedelta(hours=1)
    group = plan([patient], start=later)
    with people.inside():
        slots = openings.openings(staff.therapist(amara), sam).slots
        assert later not in [slot.start for slot in slots]
    book(patient, START + timedelta(days=1))
    clash = plan([patient], start=START + timedelta(days=1), who=works(people, _other(people, patient)))
    with pytest.raises(SlotTaken):
        act(seating.join, patient, clash)
    act(seating.join, patient, group)
    with pytest.raises((booking.SlotTaken, NotBookable)):
        book(patient, later)


def _other(people, patient):
    leila = people.therapist("Leila Haddad")
    people.pair(patient, leila)
    return leila


def test_a_couple_is_sure_when_both_said_yes_and_one_who_leaves_leaves_the_other_told(crowd, plan, act, people):
    one, two = crowd(2)
    group = plan([one, two], kind=GroupKind.COUPLE, seats=2)
    assert not act(seating.join, one, group).is_sure
    with people.inside():
        assert mails("series-booked") == []
    assert act(seating.join, two, group).is_sure
    with people.inside():
        assert len(mails("series-booked")) == 2
    assert not act(seating.leave, two, group).is_sure
    with people.inside():
        told = {(row.to_uid, row.kind) for row in session().scalars(select(Notification)) if row.kind == "group.changed"}
        assert (one, "group.changed") in told
        assert len(told) == 2
        assert lookup.group(group).member(one).state == MemberState.JOINED


def test_cancelling_tells_everybody_and_frees_the_time(crowd, plan, act, people, amara):
    one, two = crowd(2)
    group = plan([one, two])
    act(seating.join, one, group)
    with pytest.raises(NotFound):
        act(seating.cancel, one, group)
    act(seating.cancel, amara, group)
    with people.inside():
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0
        assert len(mails("series-cancelled")) == 1
        assert {row.to_uid for row in session().scalars(select(Notification).where(Notification.kind == "group.changed"))} == {two}
    with pytest.raises(Conflict):
        act(seating.join, two, group)


@pytest.mark.parametrize(("seats", "kind", "count"), [(1, GroupKind.GROUP, 0), (31, GroupKind.GROUP, 0), (2, GroupKind.COUPLE, 1), (3, GroupKind.COUPLE, 2)])
def test_what_makes_no_session_is_refused(crowd, plan, seats, kind, count):
    with pytest.raises(Invalid):
        plan(crowd(count), seats=seats, kind=kind)


def test_only_ones_own_clients_are_asked(plan, people):
    with pytest.raises(NotFound):
        plan([people.patient("Eva Lind")])


def test_seats_are_given_back_with_the_care_and_time_when_it_is_over(crowd, plan, act, people, amara, clinic, clock):
    one, two = crowd(2)
    group = plan([one, two])
    act(seating.join, one, group), act(seating.join, two, group)
    with people.inside():
        records.end_care(people.actor(amara), one, amara)
        assert [each.patient_uid for each in lookup.group(group).joined] == [two]
    clock.shift(timedelta(days=20))
    with tenant_scope(clinic):
        jobs.finish_groups(clinic="harbour")
    with people.inside():
        assert lookup.group(group).session.state == GroupState.DONE
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0
