"""Killed anywhere, a clinic is whole, or it is not there and the same command makes it so."""

from __future__ import annotations

import pytest

from tests.killing import count_calls, killed_at, some_points
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work, engines, unit_of_work
from vtclinic.tenants import lifecycle_archive
from vtclinic.tenants.lifecycle_erase import erase_clinic
from vtclinic.tenants.lifecycle_export import export_clinic
from vtclinic.tenants.lifecycle_import import Wanted, import_clinic
from vtclinic.tenants.migrate import head, version
from vtclinic.tenants.models import Clinic
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import NewClinic, create_clinic

PASSPHRASE = "a lighthouse in the fog"
POINTS = 6
pytestmark = pytest.mark.crash


@pytest.fixture(autouse=True)
def _quick_passphrase(monkeypatch):
    """Stretch passphrases cheaply; what is tested here is being killed."""
    monkeypatch.setattr(lifecycle_archive, "COST", (10, 8, 1))


def wanted(slug: str) -> NewClinic:
    return NewClinic(slug, "New", (f"{slug}.test",), "IE", "Europe/Dublin")


def serves(house, slug: str) -> bool:
    """Whether the clinic is served; when it is, it must be whole."""
    engines().dispose()
    try:
        clinic = Directory(house.instance).by_slug(slug)
    except NotFound:
        return False
    assert version(clinic.database_url) == head("clinic")
    assert (clinic.files / "public" / "help-now.html").stat().st_size > 1000
    with tenant_scope(clinic), unit_of_work(write=False):
        pass
    return True


def test_a_killed_creation_is_whole_or_starts_over(house):
    calls = count_calls(lambda: create_clinic(house.instance, SYSTEM, wanted("counted")))
    assert serves(house, "counted")
    for point in some_points(calls, POINTS):
        slug = f"killed-{point}"
        assert killed_at(point, lambda slug=slug: create_clinic(house.instance, SYSTEM, wanted(slug)))
        if serves(house, slug):
            with pytest.raises(Conflict):
                create_clinic(house.instance, SYSTEM, wanted(slug))
        else:
            create_clinic(house.instance, SYSTEM, wanted(slug))
        assert serves(house, slug)


def test_a_killed_import_is_whole_or_starts_over(house, tmp_path):
    file = tmp_path / "northside.vtclinic"
    export_clinic(house.instance, SYSTEM, "northside", to=file, passphrase=PASSPHRASE)
    erase_clinic(house.instance, SYSTEM, "northside")

    def bring_in() -> None:
        import_clinic(house.instance, SYSTEM, file, passphrase=PASSPHRASE, wanted=Wanted(hosts=["northside.test"]))

    calls = count_calls(bring_in)
    for point in some_points(calls, POINTS):
        erase_clinic(house.instance, SYSTEM, "northside")
        assert killed_at(point, bring_in)
        if not serves(house, "northside"):
            bring_in()
        assert serves(house, "northside")


def test_a_killed_erasure_serves_nobody_and_goes_on(house):
    create_clinic(house.instance, SYSTEM, wanted("counted"))
    calls = count_calls(lambda: erase_clinic(house.instance, SYSTEM, "counted"))
    for point in some_points(calls, POINTS):
        create_clinic(house.instance, SYSTEM, wanted("dying"))
        assert killed_at(point, lambda: erase_clinic(house.instance, SYSTEM, "dying"))
        engines().dispose()
        with control_unit_of_work(write=False) as control:
            row = control.query(Clinic).filter_by(slug="dying").one_or_none()
            assert row is None or row.state == "active" or row.keys == []
        if row is not None:
            erase_clinic(house.instance, SYSTEM, "dying")
        assert not serves(house, "dying")
        assert not (house.settings.clinics / "dying").exists()


def test_a_killed_export_leaves_no_file(house, tmp_path):
    file = tmp_path / "out.vtclinic"
    calls = count_calls(lambda: export_clinic(house.instance, SYSTEM, "harbour", to=tmp_path / "counted.vtclinic", passphrase=PASSPHRASE))
    for point in some_points(calls, 4)[:-2]:
        assert killed_at(point, lambda: export_clinic(house.instance, SYSTEM, "harbour", to=file, passphrase=PASSPHRASE))
        assert not file.exists() or file.stat().st_size > 1000
        file.unlink(missing_ok=True)
