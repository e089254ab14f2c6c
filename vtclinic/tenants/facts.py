"""Dated facts about the installation, and the control database for those who have no master key yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.database import open_engine
from vtclinic.core.settings import Settings
from vtclinic.tenants.instance import control_url
from vtclinic.tenants.models import InstanceFact

INITIALISED, MASTER_KEY, RECOVERY_DRILL = "initialised", "master-key", "recovery-drill"


def note_fact(control: Session, name: str, value: str) -> None:
    """Write down that something is so as of now."""
    row = control.get(InstanceFact, name)
    if row is None:
        control.add(InstanceFact(name=name, value=value, at=clock.now()))
    else:
        row.value, row.at = value, clock.now()


def stored_fact(control: Session, name: str) -> str | None:
    """Return a fact's value."""
    row = control.get(InstanceFact, name)
    return row.value if row else None


def fact_date(control: Session, name: str) -> datetime | None:
    """Return since when a fact is so."""
    row = control.get(InstanceFact, name)
    return row.at if row else None


@contextmanager
def open_control(settings: Settings) -> Iterator[Session]:
    """Read the control database without a master key."""
    engine = open_engine(control_url(settings))
    try:
        with Session(engine) as control:
            yield control
    finally:
        engine.dispose()
