"""Cancelling frees the time, tells both calendars, and costs the patient nothing when the clinic did it."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from tests.features.scheduling.conftest import THURSDAY
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.mail import mail_folder
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off, diary, jobs
from vtclinic.features.scheduling.models import SlotClaim, State


@pytest.fixture
def cancel(people):
    """Cancel a session as somebody."""

    def press(uid, appointment, words=""):
        who = people.actor(uid)
        with people.inside():
            return calling_off.cancel(who, appointment.uid, words=words)

    return press


@pytest.fixture
def letters(people):
    """The letters that wait, by template."""

    def waiting():
        with people.inside():
            return sorted(session().scalars(select(OutboxMail.template).where(OutboxMail.template.like("appointment-%"))))

    return waiting


def test_a_cancelled_time_can_be_booked_again(people, sam, book, cancel):
    first = book(sam)
    assert cancel(sam, first).state == State.CANCELLED_BY_PATIENT
    with people.inside():
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0
    second = book(sam)
    assert second.uid != first.uid
    assert second.is_booked


def test_cancelling_twice_changes_nothing(sam, book, cancel, letters):
    made = book(sam)
    cancel(sam, made)
    told = letters()
    assert cancel(sam, made).ics_sequence == 1
    assert letters() == told


def test_a_clinics_own_cancelling_is_never_late(sam, amara, book, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=1))
    gone = cancel(amara, made, "I am ill. I am sorry.")
    assert gone.state == State.CANCELLED_BY_CLINIC
    assert not gone.cancelled_late


def test_a_patients_late_cancelling_is_known(sam, book, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=23))
    assert cancel(sam, made).cancelled_late


def test_words_to_the_patient_are_sealed_and_stay_out_of_letters(people, home, sam, amara, book, cancel, run_jobs):
    cancel(amara, book(sam), "canary-words-of-amara")
    run_jobs()
    found = [path for path in home.rglob("*") if path.is_file() and b"canary-words-of-amara" in path.read_bytes()]
    assert found == []
    with people.inside():
        assert diary.appointments_of(sam)[0].words == "canary-words-of-amara"


def test_too_many_words_are_refused(sam, amara, book, cancel):
    with pytest.raises(Invalid):
        cancel(amara, book(sam), "a" * 1001)


def test_when_care_ends_what_was_booked_is_called_off(people, sam, amara, book):
    made = book(sam)
    who = people.actor(amara)
    with people.inside():
        records.end_care(who, sam, amara)
        assert diary.appointment(made.uid).state == State.CANCELLED_BY_CLINIC
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0


def test_somebody_elses_session_is_not_found(people, sam, book, cancel):
    made = book(sam)
    for stranger in (people.patient("Alex Quinn"), people.therapist("Leila Haddad"), people.admin()):
        with pytest.raises(NotFound):
            cancel(stranger, made)


def test_a_session_that_began_cannot_be_cancelled(sam, book, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY)
    with pytest.raises(Conflict):
        cancel(sam, made)


def test_letters_carry_calendar_files_and_name_nobody(people, home, sam, amara, book, cancel, run_jobs):
    cancel(sam, book(sam))
    run_jobs()
    mails = [path.read_bytes() for path in (mail_folder(people._scope("harbour").files)).glob("*.eml")]
    files = [_calendar(mail) for mail in mails]
    shown = [(entry["method"], int(entry.events[0]["sequence"]), str(entry.events[0]["summary"])) for entry in files if entry]
    assert sorted(shown) == [("CANCEL", 1, "Appointment")] * 2 + [("REQUEST", 0, "Appointment")] * 2
    assert len({str(entry.events[0]["uid"]) for entry in files if entry}) == 1
    assert not any(b"Amara" in mail or b"Sam" in mail for mail in mails)


def test_a_patient_who_wants_no_mail_gets_none(people, sam, book, letters):
    who = people.actor(sam)
    with people.inside():
        records.change_profile(who, sam, safe_contact={"email": False, "text": False, "call": False, "name_ourselves": False, "phone": ""})
    book(sam)
    assert letters() == ["appointment-new-staff"]


def test_what_is_over_is_done_and_holds_no_time(people, sam, book, run_job, clock):
    made = book(sam)
    clock.move_to(THURSDAY + timedelta(minutes=50))
    run_job(jobs.finish)
    with people.inside():
        assert diary.appointment(made.uid).state == State.DONE
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0


def _calendar(mail):
    for part in message_from_bytes(mail, policy=policy.default).iter_attachments():
        if part.get_content_type() == "text/calendar":
            return Calendar.from_ical(part.get_payload(decode=True))
    return None
