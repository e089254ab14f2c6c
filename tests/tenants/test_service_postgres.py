"""Clinics in PostgreSQL live as they do in SQLite: made, upgraded, suspended, erased, and never half."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import test_settings
from vtclinic.app import open_house
from vtclinic.core import jobs, uow
from vtclinic.core.audit import record, verify
from vtclinic.core.crypto.keys import create_master_key
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.tenants.database import create_database
from vtclinic.tenants.instance import control_url
from vtclinic.tenants.lifecycle_erase import erase_clinic
from vtclinic.tenants.lifecycle_upgrades import clinic_places, states, upgrade_clinics
from vtclinic.tenants.migrate import downgrade, head, upgrade, version
from vtclinic.tenants.models import Clinic, ClinicState
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.rotation import rotate_clinic_key
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import NewClinic, create_clinic

pytestmark = pytest.mark.postgres
QUAY = NewClinic("quay-side", "Quay", ("quay.test",), "IE", "Europe/Dublin")


@pytest.fixture
def big(tmp_path, postgres):
    """An installation whose databases are all in PostgreSQL."""
    home = tmp_path / "big"
    home.mkdir(mode=0o700)
    settings = test_settings(home, database_url=postgres.url(f"vt{new_id().hex[-8:]}_{{name}}"))
    create_master_key(home)
    create_database(control_url(settings))
    upgrade(control_url(settings), "control")
    yield open_house(settings)
    jobs.close()
    uow.engines().dispose()


def databases(postgres) -> set[str]:
    with psycopg.connect(postgres.dsn) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_a_clinic_lives_and_is_erased(big, postgres):
    create_clinic(big.instance, SYSTEM, QUAY)
    clinic = big.directory.by_host("quay.test")
    assert clinic.database_url.startswith("postgresql+psycopg")
    with tenant_scope(clinic), unit_of_work():
        record(SYSTEM, "act", "thing", new_id())
    with tenant_scope(clinic), unit_of_work(write=False) as db:
        assert verify(db, clinic.keys.derived("audit")).sound
    assert rotate_clinic_key(big.instance, SYSTEM, "quay-side", wait=lambda _: None) == 0
    with pytest.raises(Conflict):
        create_clinic(big.instance, SYSTEM, QUAY)
    name = clinic.database_url.partition("?")[0].rpartition("/")[2]
    assert name in databases(postgres)
    erase_clinic(big.instance, SYSTEM, "quay-side")
    assert name not in databases(postgres)
    with pytest.raises(NotFound):
        Directory(big.instance).by_slug("quay-side")


def test_a_half_made_clinic_is_made_again(big, postgres):
    create_clinic(big.instance, SYSTEM, QUAY)
    with control_unit_of_work() as control:
        control.query(Clinic).one().state = ClinicState.MAKING
    create_clinic(big.instance, SYSTEM, QUAY)
    assert Directory(big.instance).by_slug("quay-side").state == "active"


def test_databases_are_upgraded_and_a_missing_one_is_named(big, postgres):
    create_clinic(big.instance, SYSTEM, QUAY)
    create_clinic(big.instance, SYSTEM, NewClinic("pier", "Pier", ("pier.test",), "IE", "Europe/Dublin"))
    quay, pier = big.directory.by_slug("quay-side").database_url, big.directory.by_slug("pier").database_url
    uow.engines().dispose()
    downgrade(quay, "clinic", to="base")
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{pier.partition("?")[0].rpartition("/")[2]}"')
    found = {each.name: each for each in upgrade_clinics(clinic_places(big.settings), lambda error: type(error).__name__)}
    assert found["quay-side"].is_current and version(quay) == head("clinic")
    assert found["pier"].problem == "OperationalError"
    assert not all(each.is_current for each in states(big.settings))
