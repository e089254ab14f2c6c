"""The step that brings matching in batches keeps who waits already."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import create_engine, text

from tests.migrations.test_trees import revisions
from vtclinic.tenants.migrate import downgrade, upgrade


def test_requests_made_before_batches_are_open_and_nobodys_afterwards(tmp_path):
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    steps = revisions("clinic")
    here = next(number for number, name in enumerate(steps) if name == "0003")
    upgrade(url, "clinic", to=steps[here - 1])
    engine = create_engine(url)
    with engine.begin() as db:
        values = {"uid": uuid4().hex, "patient": uuid4().hex}
        db.execute(text("INSERT INTO match_request (uid, patient_uid, kind, asked_at) VALUES (:uid, :patient, 'wait', '2026-11-01 08:00:00')"), values)
    upgrade(url, "clinic", to=steps[here])
    with engine.begin() as db:
        assert db.execute(text("SELECT kind, closed_at, owner_uid, shown_since FROM match_request")).one() == ("wait", None, None, None)
    downgrade(url, "clinic", to=steps[here - 1])
    with engine.begin() as db:
        assert db.execute(text("SELECT count(*) FROM match_request")).scalar_one() == 1
    engine.dispose()
