"""Series: agreed by two people, and booked as they come into reach."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.features.scheduling.series.conftest import FIRST, count, mails, people_told
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off
from vtclinic.features.scheduling.closing import service as closing
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.features.scheduling.series import calendar_file, changing, lookup, making, planning
from vtclinic.features.scheduling.series.making import Choices
from vtclinic.features.scheduling.series.models import SeriesState, Why
from vtclinic.features.scheduling.series.planning import Draft
from vtclinic.features.scheduling.series.renaming import Scope, Shift
from vtclinic.features.staff import practice
from vtclinic.identity.service import user


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


def test_the_wall_stays_and_the_instant_moves_when_the_clocks_change(draft, run, starts, clock):
    clock.move_to(datetime(2026, 10, 5, 8, 0, tzinfo=UTC))
    series = run(making.plan, draft(date(2026, 10, 8), time(16, 30)), agreed=True)
    assert starts(series)[:3] == ["10-08 16:30", "10-22 16:30", "11-05 16:30"]
    assert starts(series, "UTC")[:3] == ["10-08 15:30", "10-22 15:30", "11-05 16:30"]


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
