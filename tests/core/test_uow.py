"""Scopes and units of work fail closed."""

import pytest
from sqlalchemy import select

from vtclinic.core.audit import AuditEntry, record, verify
from vtclinic.core.errors import NoScope, NoUnitOfWork, ReadOnlyUnit
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail, queue_mail
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import session, unit_of_work


def test_no_scope_no_query(house):
    with pytest.raises(NoScope), unit_of_work():
        pass


def test_no_unit_no_session(in_clinic):
    with pytest.raises(NoUnitOfWork):
        session()


def test_scopes_do_not_nest(in_clinic, northside, scope):
    with pytest.raises(NoScope), scope(northside):
        pass


def test_units_do_not_nest(unit):
    with pytest.raises(NoUnitOfWork), unit_of_work():
        pass


def test_a_raise_rolls_everything_back(in_clinic):
    with pytest.raises(ZeroDivisionError), unit_of_work():
        queue_mail("a@example.org", "any", {})
        session().flush()
        raise ZeroDivisionError
    with unit_of_work(write=False) as db:
        assert db.scalars(select(OutboxMail)).all() == []


def test_a_unit_for_reading_refuses_to_write(in_clinic):
    with pytest.raises(ReadOnlyUnit), unit_of_work(write=False):
        queue_mail("a@example.org", "any", {})
        session().flush()


def test_a_read_leaves_its_audit_row_all_the_same(in_clinic):
    with unit_of_work(write=False):
        record(SYSTEM, "profile.read", "patient", new_id())
    with unit_of_work(write=False) as db:
        assert [row.action for row in db.scalars(select(AuditEntry))] == ["profile.read"]


def test_the_audit_chain_shows_an_edit(in_clinic):
    with unit_of_work():
        for number in range(3):
            record(SYSTEM, f"act.{number}", "thing", new_id())
    key = in_clinic.keys.derived("audit")
    with unit_of_work() as db:
        assert verify(db, key).sound
        db.get(AuditEntry, 2).action = "act.other"
    with unit_of_work(write=False) as db:
        report = verify(db, key)
        assert not report.sound
        assert report.broken_at == 2


def test_the_audit_chain_shows_a_missing_end(in_clinic):
    with unit_of_work():
        for number in range(3):
            record(SYSTEM, f"act.{number}", "thing", new_id())
    with unit_of_work() as db:
        db.delete(db.get(AuditEntry, 3))
    with unit_of_work(write=False) as db:
        assert "end" in verify(db, in_clinic.keys.derived("audit")).problem


def test_a_session_refuses_another_clinics_scope(house, clinic, northside, scope):
    with scope(clinic), unit_of_work(write=False) as db:
        pass
    with scope(northside), pytest.raises(NoScope):
        db.scalars(select(AuditEntry)).all()


def test_a_value_moved_to_another_clinic_does_not_open(house, clinic, northside, scope):
    with scope(clinic), unit_of_work() as db:
        queue_mail("a@example.org", "any", {"word": "canary"})
        db.flush()
        raw = db.connection().exec_driver_sql('SELECT "to" FROM outbox_mail').scalar()
    assert b"example" not in raw
    from vtclinic.core.crypto import EncryptedText
    from vtclinic.core.errors import KeyUnavailable

    kind = EncryptedText("outbox_mail.to")
    with scope(northside), pytest.raises(KeyUnavailable):
        kind.process_result_value(raw, None)
    with scope(clinic), pytest.raises(KeyUnavailable):
        EncryptedText("outbox_mail.params").process_result_value(raw, None)
    with scope(clinic):
        assert kind.process_result_value(raw, None) == "a@example.org"
