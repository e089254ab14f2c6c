"""What can be booked: kinds of session by history and therapist, requests that wait for a yes, and days that are closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from vtclinic.core.errors import Conflict, Forbidden, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import approving, booking, diary, jobs, openings
from vtclinic.features.scheduling.closing import days
from vtclinic.features.scheduling.closing import service as closing
from vtclinic.features.scheduling.kinds import service
from vtclinic.features.scheduling.kinds.service import Kind
from vtclinic.features.scheduling.models import State
from vtclinic.features.scheduling.placing import SlotTaken

USUAL = {"minutes": 50, "step_minutes": 60, "before_minutes": 0, "after_minutes": 10, "notice_minutes": 240, "horizon_days": 60, "daily_cap": None, "audience": "both"}
CHRISTMAS = date(2026, 12, 25)
NOON = datetime(2026, 12, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_tokens(app):
    """Post without the page's token: that pages carry one is held elsewhere."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def kind(people):
    """Add a kind of session, or change one."""
    ruth = people.admin()

    def make(name="First talk", *, uid=None, **more):
        who = people.actor(ruth)
        with people.inside():
            return service.save(who, Kind(name=name, **USUAL | more), uid=uid)

    return make


@pytest.fixture
def standard(people):
    with people.inside():
        return diary.services()[0].uid


def mails(people):
    with people.inside():
        return list(session().scalars(select(OutboxMail.template).where(OutboxMail.template.like("appointment-%"))))


def test_first_and_later_sessions_are_told_apart_by_history(people, sam, amara, book, kind, standard):
    first = kind(minutes=80, audience="intake")
    kind("Session", uid=standard, audience="follow_up")
    assert (book(sam).service_uid, book(sam, THURSDAY + timedelta(days=1)).service_uid) == (first.uid, standard)
    leila = works(people, people.therapist("Leila Haddad"), specialities=["worry"])
    with people.inside():
        found = booking.open_times(people.actor(sam), leila)
        assert [each.uid for each in found.kinds] == [first.uid]
        assert openings.first_free([leila], sam)[leila] == found.openings.slots[0].start


def test_a_kind_is_offered_by_the_therapists_it_names(people, sam, amara, book, kind, standard):
    leila = works(people, people.therapist("Leila Haddad"), specialities=["worry"])
    kind("Session", uid=standard, therapists=[str(leila)])
    with pytest.raises(booking.NotBookable):
        book(sam)
    with people.inside():
        assert openings.first_free([amara, leila], sam)[amara] is None
    assert book(sam, therapist=leila).is_booked


def test_the_page_asks_for_a_kind_only_when_more_than_one_fits(sam, amara, at, kind):
    browser = at(sam)
    assert "Kind of session" not in browser.get(f"/sessions/new/{amara}").text
    short = kind("Short call", minutes=25)
    assert "Kind of session" in browser.get(f"/sessions/new/{amara}").text
    page = browser.get(f"/sessions/new/{amara}/check?slot=20261126T1400Z&kind={short.uid}").text
    assert "25 minutes" in page


def test_the_quiet_time_of_a_booked_session_holds_against_other_kinds(people, sam, amara, book, kind, standard):
    kind("Session", uid=standard, after_minutes=40, step_minutes=10)
    book(sam)
    other = people.patient("Alex Quinn")
    tell(people, other)
    short = kind("Short call", minutes=20, after_minutes=0, step_minutes=10)
    with people.inside():
        starts = [slot.start for slot in booking.open_times(people.actor(other), amara, short.uid).openings.slots]
    assert THURSDAY + timedelta(minutes=80) not in starts
    assert THURSDAY + timedelta(minutes=90) in starts


def test_only_administrators_change_kinds_and_the_last_one_stays(people, amara, kind, standard):
    with people.inside():
        with pytest.raises(Forbidden):
            service.every_kind(people.actor(amara))
        who = people.actor(people.admin("Rory Kane"))
        with pytest.raises(Conflict):
            service.retire(who, standard)
        with pytest.raises(Invalid) as wrong:
            service.save(who, Kind(name="", **USUAL | {"minutes": 5, "audience": "all"}))
        assert set(wrong.value.fields) == {"name", "minutes", "audience"}


def test_a_clinic_adds_and_retires_a_kind_in_the_browser(people, at, standard):
    browser = at(people.admin())
    told = {name: str(value) for name, value in USUAL.items() if value is not None} | {"approval_hours": "24", "window": "own", "own_hours": "36", "name": "Long talk"}
    assert browser.post("/session-kinds/add", data=told | {"minutes": "3"}).status_code == 422
    assert browser.post("/session-kinds/add", data=told | {"minutes": "90"}).status_code == 303
    with people.inside():
        made = next(each for each in diary.services() if each.name == "Long talk")
    assert (made.minutes, made.cancel_hours, made.therapists) == (90, 36, [])
    assert 'value="36"' in browser.get(f"/session-kinds/{made.uid}").text
    assert browser.post(f"/session-kinds/{made.uid}/retire").status_code == 303
    assert "Retired" in browser.get("/session-kinds").text


def test_a_request_holds_the_time_until_the_therapist_says_yes(people, sam, amara, book, kind, standard):
    kind("Session", uid=standard, approval=True)
    made = book(sam)
    assert (made.state, made.answer_by) == (State.REQUESTED, MONDAY + timedelta(hours=24))
    other = people.patient("Alex Quinn")
    tell(people, other)
    with pytest.raises(SlotTaken):
        book(other)
    with people.inside():
        assert records.therapists_of(sam) == []
        assert [row.uid for row, _person in approving.waiting(people.actor(amara))] == [made.uid]
        with pytest.raises(NotFound):
            approving.accept(people.actor(sam), made.uid)
        assert approving.accept(people.actor(amara), made.uid).is_booked
        assert approving.accept(people.actor(amara), made.uid).is_booked
        assert records.in_care(sam, amara)
    assert sorted(mails(people)) == ["appointment-booked", "appointment-new-staff", "appointment-requested", "appointment-requested-staff"]


def test_a_request_that_nobody_answers_lets_the_time_go_and_tells_the_patient(people, sam, book, kind, standard, run_job, clock):
    kind("Session", uid=standard, approval=True, approval_hours=2)
    made = book(sam)
    clock.move_to(MONDAY + timedelta(hours=2))
    run_job(jobs.expire_requests)
    run_job(jobs.expire_requests)
    with people.inside():
        assert diary.appointment(made.uid).state == State.DECLINED
    assert mails(people).count("appointment-declined") == 1
    assert book(sam).is_requested


def test_a_therapist_answers_requests_on_their_pages(people, sam, amara, at, book, kind, standard):
    kind("Session", uid=standard, approval=True)
    first, second = book(sam), book(sam, THURSDAY + timedelta(days=1))
    browser, patient = at(amara), at(sam)
    assert "You asked for this time" in patient.get(f"/sessions/{first.uid}").text
    assert "Sam Byrne" in browser.get("/calendar/requests").text
    assert browser.post(f"/calendar/{first.uid}/accept").status_code == 303
    assert browser.post(f"/calendar/{second.uid}/decline", data={"words": "I am away that day."}).status_code == 303
    assert "I am away that day." in patient.get(f"/sessions/{second.uid}").text
    assert "Nobody waits for your answer." in browser.get("/calendar/requests").text


def test_public_holidays_close_unless_the_clinic_opens_them(people, amara):
    ruth, who = people.actor(people.admin()), people.actor(amara)

    def starts():
        with people.inside():
            return [slot.start for slot in openings.openings(openings.staff.therapist(amara), None).slots if slot.start.date() == CHRISTMAS]

    assert starts() == []
    with people.inside():
        closing.work_on(who, CHRISTMAS, works=True)
    assert NOON in starts()
    with people.inside():
        closing.work_on(who, CHRISTMAS, works=False)
        closing.set_closed(ruth, CHRISTMAS, closed=False)
    assert NOON in starts()
    with people.inside():
        closing.set_closed(ruth, CHRISTMAS, closed=True)
    assert starts() == []
    with people.inside():
        closing.save_rules(ruth, public=False, region="")
    assert NOON in starts()


def test_a_day_of_the_clinics_own_closes_for_many_at_once(people, sam, amara):
    ruth, first = people.actor(people.admin()), MONDAY.date()
    with people.inside():
        closing.add_day(ruth, first, "Team day")
        assert openings.first_free([amara], sam)[amara].date() == first + timedelta(days=1)
        with pytest.raises(Forbidden):
            closing.add_day(people.actor(amara), first, "")
        with pytest.raises(Invalid):
            closing.add_day(ruth, first - timedelta(days=2), "")


def test_holidays_follow_the_region_and_an_unknown_country_has_none():
    assert days.public_holidays("DE", "BY", date(2026, 1, 6), date(2026, 1, 6))
    assert not days.public_holidays("DE", "", date(2026, 1, 6), date(2026, 1, 6))
    assert days.public_holidays("XX", "", CHRISTMAS, CHRISTMAS) == {}
    assert days.public_holidays("DE", "XX", CHRISTMAS, CHRISTMAS) == {}


def test_the_pages_of_closed_days_work(people, amara, at):
    browser, staff = at(people.admin()), at(amara)
    assert "25 December 2026" in browser.get("/closed-days").text
    assert browser.post("/closed-days/add", data={"day": "2026-12-01", "name": "Team day"}).status_code == 303
    assert browser.post("/closed-days/rules", data={"public": "y", "region": ""}).status_code == 303
    assert browser.post("/closed-days/2026-12-25/open").status_code == 303
    assert browser.post("/closed-days/2026-12-13/open").status_code == 404
    page = staff.get("/calendar/closed-days").text
    assert "Team day" in page
    assert "25 December 2026" not in page
    assert staff.post("/calendar/closed-days/2026-12-01/work").status_code == 303
    assert "You work" in staff.get("/calendar/closed-days").text


def test_booking_takes_four_clicks_from_home_and_cancelling_three(sam, amara, at, book, people):
    people.pair(sam, amara)
    browser = at(sam)
    # 1 Book a session; 2 a time; 3 Check and book; 4 Book this session.
    assert 'href="/sessions/new' in browser.get("/home").text
    times = browser.get("/sessions/new", follow_redirects=True).text
    assert 'value="20261126T1400Z"' in times
    check = browser.get(f"/sessions/new/{amara}/check?slot=20261126T1400Z").text
    key = check.split('name="key"')[1].split('value="')[1].split('"')[0]
    done = browser.post(f"/sessions/new/{amara}/check", data={"key": key, "slot": "20261126T1400Z", "zone": "Europe/Dublin", "kind": ""})
    assert done.status_code == 303
    uid = done.location.split("/")[-2]
    # 1 Sessions; 2 Change or cancel; 3 Cancel my session.
    assert 'href="/sessions"' in browser.get("/home").text
    assert f'href="/sessions/{uid}/cancel"' in browser.get("/sessions").text
    assert browser.post(f"/sessions/{uid}/cancel", data={"late": ""}).status_code == 303
