"""Series: agreed by two people, booked as they come into reach, moved and called off by one, by the following, or all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off
from vtclinic.features.scheduling.closing import service as closing
from vtclinic.features.scheduling.models import Appointment, ServiceType, SlotClaim, State
from vtclinic.features.scheduling.recurrence import Every, Pattern, Rule
from vtclinic.features.scheduling.series import calendar_file, changing, lookup, making, planning
from vtclinic.features.scheduling.series.changing import Moved
from vtclinic.features.scheduling.series.making import Choices
from vtclinic.features.scheduling.series.models import SeriesState, Why
from vtclinic.features.scheduling.series.planning import Draft
from vtclinic.features.scheduling.series.renaming import Rhythm, Scope, Shift
from vtclinic.features.staff import practice
from vtclinic.identity.service import user

FIRST = date(2026, 11, 26)
WALL = time(14, 0)


@pytest.fixture
def pair(people, sam, amara):
    people.pair(sam, amara)
    return sam, amara


@pytest.fixture
def draft(pair):
    """Make a draft of Sam's and Amara's, every other Thursday at 14:00 in Dublin unless told otherwise."""

    def make(first=FIRST, wall=WALL, zone="Europe/Dublin", **rule):
        return Draft(*pair, Pattern(first, wall, zone, Rule(**({"interval": 2} | rule))))

    return make


@pytest.fixture
def run(people, pair):
    """Do something as the therapist, or as somebody else, in a unit of work of its own."""

    def act(work, *args, who=None, **more):
        actor = people.actor(who or pair[1])
        with people.inside():
            return work(actor, *args, **more)

    return act


@pytest.fixture
def starts(people):
    """Return when the booked sessions of a series are, on the clocks of a zone."""

    def look(series, place="Europe/Dublin"):
        with people.inside():
            found = [each for each in lookup.times(lookup.series(series.uid)) if each.appointment is not None and each.appointment.is_booked]
            return [f"{each.starts_at.astimezone(zone(place)):%m-%d %H:%M}" for each in found]

    return look


def count(table, *where):
    return session().scalar(select(func.count()).select_from(table).where(*where))


def mails(template):
    return session().scalars(select(OutboxMail).where(OutboxMail.template == template)).all()


def test_what_both_agreed_on_is_booked_up_to_the_horizon_with_one_letter_each(draft, run, starts, people):
    series = run(making.plan, draft(), agreed=True)
    assert starts(series) == ["11-26 14:00", "12-10 14:00", "12-24 14:00", "01-07 14:00", "01-21 14:00"]
    with people.inside():
        assert len(mails("series-booked")) == 2
        assert count(Notification) == 0
        assert {row.series_uid for row in session().scalars(select(Appointment))} == {series.uid}


def test_an_offer_books_nothing_until_the_patient_says_yes(draft, run, starts, pair, people):
    series = run(making.plan, draft(), Choices(skip={date(2026, 12, 10)}))
    assert starts(series) == []
    with pytest.raises(NotFound):
        run(making.accept, series.uid)
    run(making.accept, series.uid, who=pair[0])
    assert starts(series)[:2] == ["11-26 14:00", "12-24 14:00"]
    assert run(making.accept, series.uid, who=pair[0]).is_running
    assert len(starts(series)) == 4
    with people.inside():
        assert {row.to_uid for row in session().scalars(select(Notification))} == set(pair)


def test_a_patient_asks_and_the_therapist_answers(draft, run, starts, pair):
    series = run(making.plan, draft(), agreed=True, who=pair[0])
    assert series.state == SeriesState.ASKED
    assert starts(series) == []
    run(making.accept, series.uid)
    assert len(starts(series)) == 5
    with pytest.raises(Conflict, match="have these"):
        run(making.plan, draft(), who=pair[0])


def test_a_declined_offer_cannot_be_accepted_any_more(draft, run, starts, pair):
    series = run(making.plan, draft())
    run(making.decline, series.uid, who=pair[0])
    with pytest.raises(NotFound):
        run(making.accept, series.uid)
    with pytest.raises(Conflict):
        run(making.accept, series.uid, who=pair[0])


def test_only_the_two_people_know_of_it(draft, run, people):
    series = run(making.plan, draft(), agreed=True)
    for other in (people.patient("Eva Lind"), people.therapist("Tomas Reyes"), people.admin()):
        for work in (lambda who: lookup.seen(who, series.uid), lambda who: changing.cancel(who, series.uid, FIRST, Scope.ALL), lambda who: making.accept(who, series.uid)):
            with pytest.raises(NotFound):
                run(work, who=other)


def test_a_series_needs_a_patient_in_ones_own_care_and_a_day_to_come(draft, run, people, pair):
    stranger = Draft(people.patient("Eva Lind"), pair[1], draft().pattern)
    with pytest.raises(NotFound):
        run(making.plan, stranger)
    for first in (date(2026, 11, 12), date(2028, 1, 6)):
        with pytest.raises(Invalid):
            run(making.plan, draft(first))


def test_the_preview_names_beforehand_what_is_in_the_way(draft, run, book, people, pair):
    book(pair[0], datetime(2026, 12, 10, 14, 0, tzinfo=UTC))
    with people.inside():
        practice.add_leave(people.actor(pair[1]), pair[1], date(2026, 12, 21), date(2026, 12, 27))
    preview = run(planning.preview, draft())
    assert [(line.time.day.isoformat(), line.why) for line in preview.in_the_way] == [("2026-12-10", Why.TAKEN), ("2026-12-24", Why.LEAVE)]
    assert len(preview.lines) == 12
    assert sum(line.soon for line in preview.lines) == 5


def test_what_is_in_the_way_is_left_out_unless_it_is_held_in_spite_of_leave(draft, run, book, starts, people, pair):
    book(pair[0], datetime(2026, 12, 10, 14, 0, tzinfo=UTC))
    with people.inside():
        practice.add_leave(people.actor(pair[1]), pair[1], date(2026, 12, 21), date(2026, 12, 27))
    left = run(making.plan, draft(), Choices(skip={FIRST}), agreed=True)
    assert starts(left) == ["01-07 14:00", "01-21 14:00"]
    run(changing.cancel, left.uid, date(2027, 1, 7), Scope.ALL)
    held = run(making.plan, draft(count=4), Choices(hold={date(2026, 12, 24), date(2026, 12, 10)}), agreed=True)
    assert starts(held) == ["11-26 14:00", "12-24 14:00", "01-07 14:00"]


def test_filling_again_and_again_makes_nothing_twice(draft, run, keep, starts, clock, people):
    series = run(making.plan, draft(), agreed=True)
    keep(), keep()
    assert len(starts(series)) == 5
    clock.shift(timedelta(days=14))
    keep(), keep()
    assert starts(series)[-1] == "02-04 14:00"
    assert len(starts(series)) == 6
    with people.inside():
        assert len(mails("series-booked")) == 2


def test_a_fill_that_dies_half_way_leaves_nothing_and_the_next_one_does_it_all(draft, run, keep, starts, clock, monkeypatch):
    series = run(making.plan, draft(interval=1, count=20), agreed=True)
    before = starts(series)
    clock.shift(timedelta(days=21))
    real, asked = changing.filling.placing.place, []

    def dies(wanted):
        asked.append(wanted)
        if len(asked) == 2:
            raise RuntimeError("killed")
        return real(wanted)

    with monkeypatch.context() as broken:
        broken.setattr(changing.filling.placing, "place", dies)
        keep()
    assert starts(series) == before
    keep()
    assert len(starts(series)) == len(before) + 3


def test_a_time_that_was_taken_meanwhile_is_told_to_the_therapist_once(draft, run, keep, book, starts, clock, people, pair):
    series = run(making.plan, draft(), agreed=True)
    clock.shift(timedelta(days=20))
    book(people_told(people), datetime(2027, 2, 4, 14, 0, tzinfo=UTC), therapist=pair[1])
    keep(), keep()
    assert "02-04 14:00" not in starts(series)
    with people.inside():
        told = session().scalars(select(Notification).where(Notification.kind == "series.clashed")).all()
    assert [row.to_uid for row in told] == [pair[1]]


def people_told(people):
    uid = people.patient("Eva Lind")
    tell(people, uid)
    return uid


def test_the_wall_stays_and_the_instant_moves_when_the_clocks_change(draft, run, starts, clock):
    clock.move_to(datetime(2026, 10, 5, 8, 0, tzinfo=UTC))
    series = run(making.plan, draft(date(2026, 10, 8), time(16, 30)), agreed=True)
    assert starts(series)[:3] == ["10-08 16:30", "10-22 16:30", "11-05 16:30"]
    assert starts(series, "UTC")[:3] == ["10-08 15:30", "10-22 15:30", "11-05 16:30"]


def test_moving_one_keeps_the_appointment_and_raises_its_sequence(draft, run, starts, people):
    series = run(making.plan, draft(), agreed=True)
    done = run(changing.move, series.uid, Shift(FIRST, date(2026, 11, 27), time(10), Scope.ONE))
    assert isinstance(done, Moved)
    assert starts(series)[:2] == ["11-27 10:00", "12-10 14:00"]
    (moved,) = done.moved
    assert (moved.ics_sequence, moved.series_at) == (1, datetime(2026, 11, 26, 14, 0, tzinfo=UTC))


def test_moving_this_and_what_follows_leaves_what_was_before(draft, run, starts, people):
    series = run(making.plan, draft(), agreed=True)
    with people.inside():
        before = {each.row.appointment_uid for each in lookup.times(lookup.series(series.uid))}
    done = run(changing.move, series.uid, Shift(date(2026, 12, 24), date(2026, 12, 22), time(10), Scope.FOLLOWING))
    assert starts(series) == ["11-26 14:00", "12-10 14:00", "12-22 10:00", "01-05 10:00", "01-19 10:00"]
    with people.inside():
        assert {each.row.appointment_uid for each in lookup.times(lookup.series(series.uid))} == before
        assert len(mails("series-moved")) == 2
    assert [each.ics_sequence for each in done.moved] == [1, 1, 1]


def test_moving_all_leaves_out_what_was_moved_by_itself_and_what_was_cancelled(draft, run, keep, starts, pair):
    series = run(making.plan, draft(), agreed=True)
    run(changing.move, series.uid, Shift(date(2026, 12, 10), date(2026, 12, 11), time(9), Scope.ONE))
    run(changing.cancel, series.uid, date(2027, 1, 7), Scope.ONE, who=pair[0])
    run(changing.move, series.uid, Shift(date(2026, 12, 24), date(2026, 12, 25), time(11), Scope.ALL))
    assert starts(series) == ["11-27 11:00", "12-11 09:00", "12-25 11:00", "01-22 11:00"]
    keep()
    assert len(starts(series)) == 4


def test_moving_a_whole_step_along_does_not_trip_over_itself(draft, run, starts):
    series = run(making.plan, draft(interval=1, count=6), agreed=True)
    run(changing.move, series.uid, Shift(FIRST, date(2026, 12, 3), WALL, Scope.ALL))
    assert starts(series) == ["12-03 14:00", "12-10 14:00", "12-17 14:00", "12-24 14:00", "12-31 14:00", "01-07 14:00"]
    run(changing.move, series.uid, Shift(date(2026, 12, 10), date(2026, 12, 3), WALL, Scope.ALL))
    assert starts(series)[0] == "11-26 14:00"


def test_what_cannot_go_stays_and_is_named(draft, run, book, starts, people, pair):
    book(people_told(people), datetime(2026, 12, 22, 10, 0, tzinfo=UTC), therapist=pair[1])
    series = run(making.plan, draft(), agreed=True)
    shift = Shift(FIRST, date(2026, 11, 24), time(10), Scope.ALL)
    assert [step.goes for step in run(changing.foresee, series.uid, shift).steps] == [True, True, False, True, True]
    done = run(changing.move, series.uid, shift)
    assert [f"{each.starts_at:%m-%d %H:%M}" for each in done.stayed] == ["12-24 14:00"]
    assert starts(series) == ["11-24 10:00", "12-08 10:00", "12-24 14:00", "01-05 10:00", "01-19 10:00"]


def test_a_monthly_series_moves_to_the_same_week_of_the_month(draft, run, starts):
    series = run(making.plan, draft(date(2026, 11, 25), every=Every.MONTH, interval=1, nth=4, count=3), agreed=True)
    assert starts(series) == ["11-25 14:00", "12-23 14:00"]
    run(changing.move, series.uid, Shift(date(2026, 12, 23), date(2026, 12, 24), WALL, Scope.ALL))
    assert starts(series) == ["11-26 14:00", "12-24 14:00"]


def shift(day, to, scope, rhythm=None, wall=WALL):
    return Shift(day, to, wall, scope, rhythm)


def test_another_rhythm_from_one_time_on_keeps_the_sessions_and_books_what_comes_beside_them(draft, run, starts, people):
    series = run(making.plan, draft(), agreed=True)
    assert starts(series) == ["11-26 14:00", "12-10 14:00", "12-24 14:00", "01-07 14:00", "01-21 14:00"]
    weekly = shift(date(2026, 12, 10), date(2026, 12, 11), Scope.FOLLOWING, Rhythm(Every.WEEK))
    found = run(changing.foresee, series.uid, weekly)
    assert [f"{step.line.time.start:%m-%d}" for step in found.steps] == ["12-11", "12-18", "12-25", "01-01"]
    assert [f"{line.time.start:%m-%d}" for line in found.more] == ["01-08", "01-15"]
    assert found.pattern.rule == Rule(interval=1)
    with people.inside():
        before = [each.appointment.uid for each in lookup.times(lookup.series(series.uid))]
    run(changing.move, series.uid, weekly)
    assert starts(series) == ["11-26 14:00", *(f"{day} 14:00" for day in ("12-11", "12-18", "12-25", "01-01", "01-08", "01-15"))]
    with people.inside():
        assert [each.appointment.uid for each in lookup.times(lookup.series(series.uid))][:5] == before


def test_all_from_weeks_to_months_and_back(draft, run, starts):
    series = run(making.plan, draft(), agreed=True)
    run(changing.move, series.uid, shift(date(2026, 12, 10), date(2026, 12, 11), Scope.ALL, Rhythm(Every.MONTH)))
    assert starts(series) == ["12-11 14:00", "01-08 14:00", "02-12 14:00", "03-12 14:00", "04-09 14:00"], "the second Friday, as the one that was chosen"
    run(changing.move, series.uid, shift(date(2027, 1, 8), date(2027, 1, 8), Scope.FOLLOWING, Rhythm(Every.WEEK, 2)))
    assert starts(series) == ["12-11 14:00", "01-08 14:00", "01-22 14:00", "02-05 14:00", "02-19 14:00"]


def test_what_another_rhythm_leaves_no_place_for_is_shown_and_called_off(draft, run, starts, people):
    series = run(making.plan, draft(interval=1, until=date(2026, 12, 24)), agreed=True)
    monthly = shift(FIRST, FIRST, Scope.ALL, Rhythm(Every.MONTH))
    assert [each.row.day for each in run(changing.foresee, series.uid, monthly).over] == [date(2026, 12, day) for day in (10, 17, 24)]
    run(changing.move, series.uid, monthly)
    assert starts(series) == ["11-26 14:00", "12-24 14:00"]
    with people.inside():
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "series-cancelled")) == 2


def test_a_patient_moves_one_and_all_after_it_where_the_rules_allow(draft, run, starts, people, pair, clock, book):
    series = run(making.plan, draft(), agreed=True)
    second = date(2026, 12, 10)
    run(changing.move, series.uid, shift(second, date(2026, 12, 9), Scope.FOLLOWING, wall=time(15)), who=pair[0])
    assert starts(series) == ["11-26 14:00", "12-09 15:00", "12-23 15:00", "01-06 15:00", "01-20 15:00"]
    with people.inside():
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "series-moved")) == 2, "both are told"
    with pytest.raises(NotFound):
        run(changing.move, series.uid, shift(FIRST, FIRST, Scope.FOLLOWING, Rhythm(Every.WEEK)), who=pair[0])
    with pytest.raises(Invalid, match="Look at the day"):
        run(changing.move, series.uid, shift(FIRST, FIRST, Scope.FOLLOWING, wall=time(3)), who=pair[0])
    stranger = people.patient("Eva Lind")
    with pytest.raises(NotFound):
        run(changing.move, series.uid, shift(FIRST, FIRST, Scope.FOLLOWING, wall=time(15)), who=stranger)
    clock.shift(timedelta(days=2, hours=12))
    with pytest.raises(Conflict, match="too late"):
        run(changing.foresee, series.uid, shift(FIRST, FIRST, Scope.FOLLOWING, wall=time(15)), who=pair[0])
    with people.inside():
        session().scalars(select(ServiceType)).first().approval = True
    with pytest.raises(Conflict, match="says yes to each time"):
        run(changing.move, series.uid, shift(date(2026, 12, 9), date(2026, 12, 9), Scope.FOLLOWING, wall=time(16)), who=pair[0])
    assert starts(series) == ["11-26 14:00", "12-09 15:00", "12-23 15:00", "01-06 15:00", "01-20 15:00"]


def test_a_taken_time_on_the_way_keeps_a_patient_from_moving_all_after_one(draft, run, starts, pair, book, people):
    other = people.patient("Eva Lind")
    tell(people, other)
    people.pair(other, pair[1])
    series = run(making.plan, draft(), agreed=True)
    book(other, datetime(2026, 12, 10, 15, 0, tzinfo=UTC))
    with pytest.raises(Invalid) as refused:
        run(changing.foresee, series.uid, shift(FIRST, FIRST, Scope.FOLLOWING, wall=time(15)), who=pair[0])
    assert "10 December" in refused.value.fields["to"]
    assert starts(series)[0] == "11-26 14:00"


def test_only_the_therapist_moves_a_series_and_never_into_the_past(draft, run, pair):
    series = run(making.plan, draft(), agreed=True)
    with pytest.raises(NotFound):
        run(changing.move, series.uid, Shift(FIRST, date(2026, 11, 27), WALL, Scope.ALL), who=pair[0])
    with pytest.raises(Invalid):
        run(changing.move, series.uid, Shift(FIRST, date(2026, 11, 20), WALL, Scope.ALL))


def test_cancelling_one_takes_it_out_for_good(draft, run, keep, starts, pair):
    series = run(making.plan, draft(), agreed=True)
    run(changing.cancel, series.uid, date(2026, 12, 10), Scope.ONE, who=pair[0])
    keep()
    assert starts(series)[:2] == ["11-26 14:00", "12-24 14:00"]


def test_cancelling_this_and_what_follows_ends_it_there(draft, run, keep, starts, clock, people, pair):
    series = run(making.plan, draft(), agreed=True)
    run(changing.cancel, series.uid, date(2026, 12, 24), Scope.FOLLOWING, who=pair[0])
    clock.shift(timedelta(days=60))
    keep()
    assert starts(series) == ["11-26 14:00", "12-10 14:00"]
    with people.inside():
        assert lookup.series(series.uid).state == SeriesState.ENDED
        assert len(mails("series-cancelled")) == 2


def test_cancelling_all_frees_the_time(draft, run, starts, people):
    series = run(making.plan, draft(), agreed=True)
    run(changing.cancel, series.uid, FIRST, Scope.ALL)
    assert starts(series) == []
    with people.inside():
        assert count(SlotClaim) == 0
        assert {row.state for row in session().scalars(select(Appointment))} == {State.CANCELLED_BY_CLINIC}
        assert not lookup.series(series.uid).is_running


def test_a_cancelled_late_one_among_many_keeps_its_own_rules(draft, run, clock, people, pair):
    series = run(making.plan, draft(), agreed=True)
    clock.move_to(datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    run(changing.cancel, series.uid, FIRST, Scope.ALL, who=pair[0])
    with people.inside():
        late = [row.starts_at.date() for row in session().scalars(select(Appointment)) if row.cancelled_late]
    assert late == [FIRST]


def test_a_left_out_time_can_be_booked_after_all(draft, run, book, starts, people, pair):
    other = book(people_told(people), datetime(2026, 12, 10, 14, 0, tzinfo=UTC), therapist=pair[1])
    series = run(making.plan, draft(), agreed=True)
    assert "12-10 14:00" not in starts(series)
    run(calling_off.cancel, other.uid)
    run(changing.book_left_out, series.uid, date(2026, 12, 10))
    assert "12-10 14:00" in starts(series)


def test_a_series_ends_with_its_last_time_and_with_the_care(draft, run, keep, clock, people, pair):
    short = run(making.plan, draft(count=2), agreed=True)
    long = run(making.plan, draft(wall=time(16)), agreed=True)
    clock.shift(timedelta(days=20))
    keep()
    with people.inside():
        assert lookup.series(short.uid).state == SeriesState.ENDED
        records.end_care(people.actor(pair[1]), *pair)
        assert lookup.series(long.uid).state == SeriesState.ENDED
        assert count(Appointment, Appointment.state == State.BOOKED, Appointment.starts_at > datetime(2026, 12, 14, tzinfo=UTC)) == 0


def test_the_calendar_file_holds_each_time_by_itself_with_its_lasting_uid(draft, run, people, pair):
    series = run(making.plan, draft(count=3), agreed=True)
    run(changing.move, series.uid, Shift(date(2026, 12, 10), date(2026, 12, 11), time(9), Scope.ONE))
    run(changing.cancel, series.uid, date(2026, 12, 24), Scope.ONE)
    with people.inside():
        rows = [each.appointment for each in lookup.times(lookup.series(series.uid))]
        text = calendar_file.calendar_file(rows, user(pair[0]))
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [str(event["uid"]) for event in events] == [str(row.uid) for row in rows]
    assert [(int(event["sequence"]), str(event["status"]), str(event["summary"])) for event in events] == [
        (0, "CONFIRMED", "Appointment"),
        (1, "CONFIRMED", "Appointment"),
        (1, "CANCELLED", "Appointment"),
    ]
    assert "ATTENDEE" not in text
    assert "RRULE" not in text
    assert "METHOD:PUBLISH" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_closed_days_are_marked_and_left_out_unless_the_therapist_works_then(draft, run, starts, people, pair):
    fridays = draft(first=date(2026, 12, 18), interval=1, count=4)
    preview = run(planning.preview, fridays)
    assert [(line.time.day.isoformat(), line.why) for line in preview.in_the_way] == [("2026-12-25", Why.CLOSED), ("2027-01-01", Why.CLOSED)]
    run(closing.work_on, date(2026, 12, 25), works=True)
    assert [line.time.day.isoformat() for line in run(planning.preview, fridays).in_the_way] == ["2027-01-01"]
    series = run(making.plan, fridays, agreed=True)
    assert starts(series) == ["12-18 14:00", "12-25 14:00", "01-08 14:00"]
