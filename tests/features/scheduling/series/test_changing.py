"""Series: moved and called off by one, by the following, or all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from tests.features.scheduling.series.conftest import FIRST, WALL, count, mails, people_told
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment, ServiceType, SlotClaim, State
from vtclinic.features.scheduling.recurrence import Every, Rule
from vtclinic.features.scheduling.series import changing, lookup, making
from vtclinic.features.scheduling.series.changing import Moved
from vtclinic.features.scheduling.series.models import SeriesState
from vtclinic.features.scheduling.series.renaming import Rhythm, Scope, Shift


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
