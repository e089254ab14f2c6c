"""A new release of the zones' data: series keep the time on the wall, and both people hear of the instants that moved.

British Columbia stays on summer time from the autumn of 2026. The older table, of before that law, is California's: until then both had the same.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources

import pytest
from sqlalchemy import select

from tests.features.matching.telling import works
from vtclinic.core import zones
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.models import Appointment, SlotClaim
from vtclinic.features.scheduling.recurrence import Pattern, Rule
from vtclinic.features.scheduling.series import changing, following, lookup, making, renewing
from vtclinic.features.scheduling.series.planning import Draft
from vtclinic.features.scheduling.series.renaming import Scope, Shift

VANCOUVER = "America/Vancouver"
OLD, NEW = "2025b", zones.zones_version()


@pytest.fixture
def older_table(monkeypatch):
    """Read Vancouver's clock from a table of before the law."""
    with resources.files("tzdata").joinpath("zoneinfo/America/Los_Angeles").open("rb") as file:
        before = zoneinfo.ZoneInfo.from_file(file, key=VANCOUVER)
    real = zones.zone
    with monkeypatch.context() as patched:
        for module in (zones, following):
            patched.setattr(module, "zone", lambda name: before if name == VANCOUVER else real(name))
        for module in (making, renewing):
            patched.setattr(module, "zones_version", lambda: OLD)
        yield patched


@pytest.fixture
def pair(people, sam, clock):
    clock.move_to(datetime(2026, 10, 19, 15, 0, tzinfo=UTC))
    leila = works(people, people.therapist("Leila Haddad"), timezone=VANCOUVER)
    people.pair(sam, leila)
    return sam, leila


@pytest.fixture
def series(pair, older_table, people):
    """A weekly series on Vancouver's wall, booked with the older table."""
    with people.inside():
        return making.plan(people.actor(pair[1]), Draft(*pair, Pattern(date(2026, 10, 22), time(9, 0), VANCOUVER, Rule(count=4))), agreed=True)


def booked():
    return [f"{row.starts_at:%m-%d %H:%M}" for row in session().scalars(select(Appointment).where(Appointment.series_uid.is_not(None)).order_by(Appointment.starts_at))]


def test_a_new_release_moves_the_instants_and_tells_both_people_once(series, older_table, people, keep):
    with people.inside():
        assert booked() == ["10-22 16:00", "10-29 16:00", "11-05 17:00", "11-12 17:00"]
        assert lookup.series(series.uid).zones_version == OLD
    keep()
    with people.inside():
        assert booked() == ["10-22 16:00", "10-29 16:00", "11-05 17:00", "11-12 17:00"]
    older_table.undo()
    keep(), keep()
    with people.inside():
        assert booked() == ["10-22 16:00", "10-29 16:00", "11-05 16:00", "11-12 16:00"]
        assert lookup.series(series.uid).zones_version == NEW
        assert len(session().scalars(select(OutboxMail).where(OutboxMail.template == "series-moved")).all()) == 2
        rows = session().scalars(select(Appointment).order_by(Appointment.starts_at)).all()
        assert [row.ics_sequence for row in rows] == [0, 0, 1, 1]
        assert min(session().scalars(select(SlotClaim.at).where(SlotClaim.for_uid == rows[2].uid))) == rows[2].starts_at


def test_a_time_moved_by_itself_keeps_its_own_wall_time(series, older_table, people, pair, keep):
    with people.inside():
        changing.move(people.actor(pair[1]), series.uid, Shift(date(2026, 11, 5), date(2026, 11, 6), time(11), Scope.ONE))
        elsewhere = next(each.appointment for each in lookup.times(series) if each.row.day == date(2026, 11, 12))
        # As when the patient takes it to another time on the page of one session.
        placing.move(elsewhere, datetime(2026, 11, 13, 18, 0, tzinfo=UTC), datetime(2026, 11, 13, 18, 50, tzinfo=UTC))
    # The release changes before any periodic work ran.
    older_table.undo()
    keep()
    with people.inside():
        assert booked() == ["10-22 16:00", "10-29 16:00", "11-06 18:00", "11-13 17:00"]


def test_what_cannot_follow_the_clock_stays_and_the_therapist_hears_of_it(series, older_table, people, pair, keep):
    with people.inside():
        placing.claim([pair[1]], datetime(2026, 11, 5, 16, 0, tzinfo=UTC), datetime(2026, 11, 5, 16, 50, tzinfo=UTC), for_uid=new_id(), kind="hold")
    older_table.undo()
    keep(), keep()
    with people.inside():
        assert booked() == ["10-22 16:00", "10-29 16:00", "11-05 17:00", "11-12 16:00"]
        told = session().scalars(select(Notification).where(Notification.kind == "series.clashed")).all()
        assert [row.to_uid for row in told] == [pair[1]]


def test_the_same_release_changes_nothing(series, older_table, people, keep, clock):
    clock.shift(timedelta(days=1))
    keep()
    with people.inside():
        assert lookup.series(series.uid).zones_version == OLD
        assert session().scalar(select(OutboxMail).where(OutboxMail.template == "series-moved")) is None
