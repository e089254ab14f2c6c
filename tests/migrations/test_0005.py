"""Before kinds of session were named: what is booked keeps its time, its letters and gets the kind of session it was."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import text

from vtclinic.core.database import WRITE, open_engine
from vtclinic.tenants.migrate import downgrade, upgrade

ONE, OTHER = "11111111111171118111111111111111", "22222222222272228222222222222222"
BOOKED = """INSERT INTO appointment (uid, patient_uid, therapist_uid, starts_at, ends_at, patient_zone, therapist_zone, format, state, cancel_hours, ics_sequence,
 booking_key, booked_at, changed_at) VALUES ('{uid}', '{uid}', '{uid}', '2026-11-26 14:00:00', '2026-11-26 14:50:00', 'Europe/Dublin', 'Europe/Dublin', 'video', 'booked', 24, 0,
 '{uid}', '2026-11-23 08:00:00', '2026-11-23 08:00:00')"""


@contextmanager
def connected(url):
    engine = open_engine(url)
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


def old_database(url):
    upgrade(url, "clinic", to="0004")
    with connected(url) as run:
        run(BOOKED.format(uid=ONE))
        run(f"INSERT INTO slot_claim (holder_uid, at, appointment_uid) VALUES ('{ONE}', '2026-11-26 14:00:00', '{ONE}')")
        run(f"INSERT INTO appointment_notice (appointment_uid, kind, at) VALUES ('{ONE}', 'day-before', '2026-11-25 14:00:00')")


def forth_and_back(url):
    old_database(url)
    upgrade(url, "clinic", to="0005")
    with connected(url) as run:
        assert run("SELECT s.name, s.minutes, s.audience FROM appointment a JOIN service_type s ON s.uid = a.service_uid").all() == [("Session", 50, "both")]
        assert [row.kind for row in run("SELECT kind FROM slot_claim")] == ["appointment"]
        assert [row.kind for row in run("SELECT kind FROM appointment_notice")] == ["day-before"]
        run(f"INSERT INTO slot_claim (holder_uid, at, for_uid, kind) VALUES ('{OTHER}', '2026-11-26 15:00:00', '{OTHER}', 'hold')")
        run("UPDATE appointment SET state = 'no_show'")
    downgrade(url, "clinic", to="0004")
    with connected(url) as run:
        assert run("SELECT count(*) FROM slot_claim").scalar() == 1
        assert run("SELECT state FROM appointment").scalar() == "done"
        assert run("SELECT kind FROM appointment_notice").scalar() == "day-before"


def test_what_is_booked_stays_booked(tmp_path):
    forth_and_back(f"sqlite:///{tmp_path / 'old.db'}")


@pytest.mark.postgres
def test_what_is_booked_stays_booked_on_postgresql(postgres):
    with postgres.database("old_clinic") as url:
        forth_and_back(url)
