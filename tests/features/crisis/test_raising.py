"""Every answer above zero to a question about self-harm raises one task, whatever the total."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import select

from vtclinic.core.audit import AuditEntry
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.crisis.jobs import climb
from vtclinic.features.crisis.models import ActKind, RiskAct
from vtclinic.features.progress import answering

MONDAY = "2026-11-23T10:00:00Z"


@pytest.fixture
def ledger(people):
    def read(task):
        with people.inside():
            return [
                row.kind for row in session().scalars(select(RiskAct).where(RiskAct.task_uid == task.uid).order_by(RiskAct.at, RiskAct.uid))
            ]

    return read


@pytest.fixture
def mails(run_jobs, clinic):
    def read():
        run_jobs()
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted((clinic.files / "mail").glob("*.eml"))]

    return read


def test_item_9_at_1_with_a_total_of_1_raises_a_same_day_task(sam, given, fill, tasks):
    with time_machine.travel(MONDAY, tick=True):
        fill(sam, given(sam), "000000001")
    (task,) = tasks()
    assert (task.level, task.state, task.patient_uid, task.item) == ("same_day", "raised", sam, 9)
    assert task.due_by == datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.mark.parametrize("value", "23")
def test_item_9_at_2_or_3_raises_a_task_for_now(value, sam, given, fill, tasks):
    fill(sam, given(sam), f"00000000{value}")
    assert [task.level for task in tasks()] == ["now"]


def test_not_at_all_raises_nothing(sam, given, fill, tasks):
    fill(sam, given(sam), "333333330")
    assert tasks() == []


def test_a_skipped_item_9_raises_nothing(sam, given, fill, tasks):
    fill(sam, given(sam), "33333333-")
    assert tasks() == []


@pytest.mark.parametrize(
    ("answered", "due"),
    [
        ("2026-11-23T07:00:00Z", datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("2026-11-23T17:00:01Z", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        ("2026-11-27T18:00:00Z", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("2026-11-28T11:00:00Z", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("2026-07-01T10:00:00Z", datetime(2026, 7, 1, 16, tzinfo=UTC)),
    ],
)
def test_same_day_means_the_end_of_the_clinics_working_day(answered, due, sam, given, fill, tasks):
    with time_machine.travel(answered, tick=True):
        fill(sam, given(sam), "000000001")
    assert tasks()[0].due_by == due


def test_a_tab_closed_after_item_9_still_raises_the_task(sam, given, at, tasks):
    uid, browser = given(sam), at(sam)
    browser.get(f"/progress/questions/{uid}")
    browser.client.post(f"/progress/questions/{uid}/9", data={"csrf_token": browser._token, "value": "1"})
    assert len(tasks()) == 1


def test_submitting_twice_makes_one_task(sam, given, fill, tasks, ledger):
    uid = given(sam)
    browser = fill(sam, uid, "000000001")
    browser.send(f"/progress/questions/{uid}/9", value="1")
    (task,) = tasks()
    assert ledger(task).count("raised") == 1


def test_submitting_twice_at_once_makes_one_task(sam, given, people, tasks):
    uid, who = given(sam), people.actor(sam)
    people.at_once([lambda: answering.answer(who, uid, 9, 1)] * 4)
    assert len(tasks()) == 1


def test_two_questionnaires_make_two_tasks(sam, given, fill, tasks):
    fill(sam, given(sam), "000000001")
    fill(sam, given(sam), "000000002")
    assert [task.level for task in tasks()] == ["same_day", "now"]


@pytest.mark.parametrize("safe", ["unsure", "no"])
def test_not_sure_or_not_safe_makes_it_urgent(safe, sam, given, fill, tasks, ledger):
    uid = given(sam)
    with time_machine.travel(MONDAY, tick=True):
        fill(sam, uid, "000000001").send(f"/progress/questions/{uid}/support", safe=safe)
    (task,) = tasks()
    assert task.level == "now" and (task.due_by - task.raised_at).total_seconds() < 1200
    assert "safe_answer" in ledger(task) and "more_urgent" in ledger(task)


def test_safe_leaves_the_task_as_it_is(sam, given, fill, tasks, ledger):
    uid = given(sam)
    fill(sam, uid, "000000001").send(f"/progress/questions/{uid}/support", safe="yes")
    (task,) = tasks()
    assert task.level == "same_day" and ledger(task)[-1] == "safe_answer"


def test_a_changed_answer_is_recorded_and_the_task_stays(sam, given, fill, tasks, ledger):
    uid = given(sam)
    browser = fill(sam, uid, "000000002")
    browser.send(f"/progress/questions/{uid}/9", value="0")
    (task,) = tasks()
    assert (task.level, task.state, ledger(task)[-1]) == ("now", "raised", "answer_changed")


def test_a_worse_answer_makes_the_same_task_urgent(sam, given, fill, tasks):
    uid = given(sam)
    fill(sam, uid, "000000001").send(f"/progress/questions/{uid}/9", value="3")
    assert [task.level for task in tasks()] == ["now"]


def test_the_therapist_in_care_owns_it_and_has_yet_to_say_so(sam, amara, people, given, fill, tasks):
    people.pair(sam, amara)
    fill(sam, given(sam), "000000001")
    assert [(task.owner_uid, task.state) for task in tasks()] == [(amara, "raised")]


def test_without_a_therapist_nobody_owns_it_and_everybody_on_duty_is_told(sam, amara, people, given, fill, tasks, mails):
    people.therapist("Ben Cole")
    people.admin()
    fill(sam, given(sam), "000000001")
    assert tasks()[0].owner_uid is None
    assert {mail["To"] for mail in mails()} == {"amara.okafor@example.org", "ben.cole@example.org"}


def test_a_therapist_who_is_switched_off_owns_nothing(sam, amara, people, given, fill, tasks):
    people.pair(sam, amara)
    with people.inside():
        from vtclinic.core.policy import SYSTEM
        from vtclinic.identity import service as identity

        identity.disable_user(SYSTEM, amara)
    fill(sam, given(sam), "000000001")
    assert tasks()[0].owner_uid is None


def test_the_mail_names_nobody_and_nothing(sam, amara, people, given, fill, mails):
    people.pair(sam, amara)
    fill(sam, given(sam), "000000003")
    (mail,) = mails()
    text = str(mail.get_body(("plain",)).get_content()) + mail["Subject"]
    for word in ("Sam", "Byrne", "risk", "harm", "PHQ", "patient", "client", "suicid", "depress"):
        assert word.lower() not in text.lower().replace("http://harbour.test/risk", "")


def test_the_signal_to_open_pages_holds_ids_only(sam, amara, people, given, fill, monkeypatch):
    sent = []
    monkeypatch.setattr("vtclinic.core.sockets._wires.emit", lambda *args: sent.append(args))
    people.pair(sam, amara)
    fill(sam, given(sam), "000000001")
    room, name, payload = next(args for args in sent if args[1] == "risk.changed")
    assert room.endswith(f":user:{amara}") and name == "risk.changed" and set(payload) == {"task"}


def test_nobody_began_in_time_is_an_alarm_of_its_own_and_repeats(
    sam, amara, people, given, fill, tasks, ledger, mails, clinic, scope
):
    people.admin()
    with time_machine.travel(MONDAY, tick=True) as clock:
        fill(sam, given(sam), "000000002")
        with scope(clinic):
            assert climb(clinic="harbour") == 0
            clock.shift(16 * 60)
            assert climb(clinic="harbour") == 1
            assert climb(clinic="harbour") == 0
            clock.shift(3601)
            assert climb(clinic="harbour") == 1
        (task,) = tasks()
        assert ledger(task).count("unanswered") == 2
        assert [mail["To"] for mail in mails()].count("ruth.daly@example.org") == 2


def test_a_task_that_was_begun_is_not_chased(sam, amara, people, given, fill, tasks, clinic, scope, at):
    people.pair(sam, amara)
    with time_machine.travel(MONDAY, tick=True) as clock:
        fill(sam, given(sam), "000000002")
        at(amara).send(f"/risk/{tasks()[0].uid}/take")
        clock.shift(3600)
        with scope(clinic):
            assert climb(clinic="harbour") == 0


def test_raising_is_audited(sam, given, fill, people, tasks):
    fill(sam, given(sam), "000000001")
    with people.inside():
        rows = session().scalars(select(AuditEntry).where(AuditEntry.subject == "risk_task")).all()
        assert [(row.action, row.patient_uid, row.reason) for row in rows] == [("risk.raise", sam, "same_day")]


def test_a_failure_while_raising_undoes_the_answer_so_that_it_is_asked_again(sam, given, people, monkeypatch, at, tasks):
    uid = given(sam)
    browser = at(sam)
    browser.get(f"/progress/questions/{uid}")
    monkeypatch.setattr("vtclinic.features.crisis.ladder.notice.tell", lambda task, **_: 1 / 0)
    assert browser.send(f"/progress/questions/{uid}/9", value="1") == 500
    assert tasks() == []
    with people.inside():
        assert answering.sheet(people.actor(sam), uid).answered == 0
        assert session().scalars(select(OutboxMail)).all() == []


def test_a_ledgers_line_is_never_changed(sam, given, fill, people):
    fill(sam, given(sam), "000000001")
    from vtclinic.core.errors import Conflict

    with pytest.raises(Conflict), people.inside():
        session().scalars(select(RiskAct)).first().kind = ActKind.CLOSED
