"""Messages are stored before anybody is told, once, and for the two people alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from vtclinic.core import sockets
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.messaging import service
from vtclinic.features.messaging.models import Message, MessageDraft
from vtclinic.features.records import api as records
from vtclinic.tenants.scope import tenant_scope

CANARY = "the heron stood in the rain"


@pytest.fixture
def sam(people):
    return people.patient("Sam Byrne")


@pytest.fixture
def amara(people):
    return people.therapist("Amara Okafor")


@pytest.fixture
def thread(people, sam, amara):
    people.pair(sam, amara)
    with people.inside():
        return service.open_thread(people.actor(sam), sam, amara).uid


@pytest.fixture
def write(people, thread):
    def write(who, body=CANARY, client_id="first-one"):
        with people.inside():
            return service.send_message(people.actor(who), thread, body, client_id)

    return write


@pytest.fixture
def told():
    """What browsers are told, and what was stored by then."""
    news = []
    sockets.set_emitter(lambda room, event, payload: news.append((room, event, payload)))
    yield news
    sockets.set_emitter(sockets._nobody)


def mails(people):
    with people.inside():
        return [row.template for row in session().scalars(select(OutboxMail).where(OutboxMail.template == "new-message"))]


def test_a_message_is_stored_before_anybody_is_told(write, sam, thread):
    stored = []

    def emit(room, event, payload):
        with unit_of_work(write=False) as db:
            stored.append(db.scalar(select(Message.seq).where(Message.thread_uid == thread)))

    sockets.set_emitter(emit)
    write(sam)
    sockets.set_emitter(sockets._nobody)
    assert stored == [1, 1]


def test_what_browsers_are_told_holds_no_word(write, sam, told):
    write(sam)
    assert {event for _room, event, _payload in told} == {"message.new"}
    assert all(set(payload) == {"thread", "seq"} for _room, _event, payload in told)
    assert CANARY not in repr(told)


def test_the_same_message_sent_again_is_one_message(write, sam, told):
    first, again = write(sam), write(sam, body="something else")
    assert (again.uid, again.seq, again.again) == (first.uid, first.seq, True)
    assert len(told) == 2


def test_the_same_message_sent_from_many_threads_at_once_is_one_message(people, clinic, sam, thread):
    actor = people.actor(sam)

    def send(_number):
        with tenant_scope(clinic), unit_of_work():
            return service.send_message(actor, thread, CANARY, "parallel-one")

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(send, range(8)))
    assert len({each.uid for each in sent}) == 1
    assert sum(not each.again for each in sent) == 1


def test_messages_of_both_get_one_order(write, sam, amara):
    assert [write(sam).seq, write(amara).seq, write(sam, client_id="second-one").seq] == [1, 2, 3]


@pytest.mark.parametrize(("body", "client_id"), [("  \n ", "fine-enough"), ("x" * 8_001, "fine-enough"), ("hello", "short"), ("hello", "no spaces allowed")])
def test_a_message_without_words_or_name_is_refused(write, sam, body, client_id):
    with pytest.raises(Invalid):
        write(sam, body, client_id)


def test_nobody_else_finds_the_thread(people, thread):
    for stranger in (people.patient("Other Patient"), people.therapist("Other Therapist"), people.admin()):
        with people.inside(), pytest.raises(NotFound):
            service.standing(people.actor(stranger), thread)


def test_after_care_the_patient_reads_and_nobody_writes(people, write, sam, amara, thread):
    write(sam)
    with people.inside():
        records.end_care(people.actor(sam), sam, amara)
    with people.inside():
        here = service.standing(people.actor(sam), thread)
        assert not service.may_write(people.actor(sam), here)
        assert [message.body for message in service.read_messages(people.actor(sam), here)] == [CANARY]
    for who in (sam, amara):
        with pytest.raises(NotFound):
            write(who, client_id="another-one")
    with people.inside(), pytest.raises(NotFound):
        service.standing(people.actor(amara), thread)
    with people.inside():
        assert service.inbox(people.actor(amara)) == []


def test_one_neutral_mail_until_it_is_read(people, write, sam, amara, thread, clinic):
    write(sam)
    write(sam, client_id="second-one")
    assert mails(people) == ["new-message"]
    with tenant_scope(clinic), unit_of_work(write=False):
        service.read_messages(people.actor(amara), service.standing(people.actor(amara), thread))
    write(sam, client_id="third-one")
    assert mails(people) == ["new-message"] * 2


def test_a_patient_who_wants_no_mail_gets_none(people, write, sam, amara):
    with people.inside():
        records.change_profile(people.actor(sam), sam, safe_contact={"email": False})
    write(amara)
    assert mails(people) == []


def test_the_mail_names_nobody_and_quotes_nothing(people, write, amara, run_jobs, clinic):
    write(amara)
    run_jobs()
    letters = [file.read_text() for file in (clinic.files / "mail").glob("*.eml")]
    about = [letter for letter in letters if "You have a new message" in letter]
    assert len(about) == 1
    assert "Amara" not in about[0]
    assert CANARY not in about[0]


def test_reading_and_writing_leave_audit_rows(people, write, sam, amara, thread):
    write(sam)
    with people.inside():
        service.read_messages(people.actor(amara), service.standing(people.actor(amara), thread))
    with people.inside():
        rows = list(session().scalars(select(AuditEntry).where(AuditEntry.patient_uid == sam, AuditEntry.action.like("message.%"))))
    assert [(row.action, row.actor_uid) for row in rows] == [("message.write", sam), ("message.read", amara)]


def test_what_came_while_away_is_caught_up(people, write, sam, amara, thread):
    for number in range(3):
        write(amara, f"line {number}", f"client-{number}")
    with people.inside():
        here = service.standing(people.actor(sam), thread)
        assert [message.body for message in service.read_messages(people.actor(sam), here, after=1)] == ["line 1", "line 2"]


def test_a_draft_is_kept_for_its_writer_until_it_is_sent(people, write, sam, amara, thread):
    with people.inside():
        service.save_draft(people.actor(sam), thread, "half a thou")
        service.save_draft(people.actor(sam), thread, "half a thought")
    with people.inside():
        assert service.standing(people.actor(sam), thread).draft.body == "half a thought"
        assert service.standing(people.actor(amara), thread).draft is None
    write(sam)
    with people.inside():
        assert session().scalars(select(MessageDraft)).all() == []


def test_the_promise_stays_as_it_was_given(people, write, sam, amara, thread):
    write(sam)
    with people.inside():
        given = service.standing(people.actor(sam), thread).thread.reply_by
    write(sam, client_id="second-one")
    with people.inside():
        assert service.standing(people.actor(sam), thread).thread.reply_by == given
    write(amara)
    with people.inside():
        assert service.standing(people.actor(sam), thread).thread.reply_by is None


def test_unread_counts_what_the_other_wrote(people, write, sam, amara):
    write(sam)
    write(sam, client_id="second-one")
    with people.inside():
        assert [line.unread for line in service.inbox(people.actor(amara))] == [2]
        assert [line.unread for line in service.inbox(people.actor(sam))] == [0]
    write(amara)
    with people.inside():
        assert [line.unread for line in service.inbox(people.actor(amara))] == [0]


def test_a_stolen_database_shows_no_word(people, write, sam, thread, clinic):
    write(sam)
    with people.inside():
        service.save_draft(people.actor(sam), thread, CANARY + " again")
    stolen = b"".join(file.read_bytes() for file in clinic.files.parent.parent.rglob("*.db*"))
    assert b"heron" not in stolen
    assert b"rain" not in stolen
