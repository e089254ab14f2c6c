"""A clinic leaves in one file and arrives whole, elsewhere too; an erased one cannot be read by anybody."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import test_settings
from vtclinic.app import create_app, open_house
from vtclinic.core import jobs, uow
from vtclinic.core.audit import record, verify
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import create_master_key
from vtclinic.core.database import ClinicBase
from vtclinic.core.errors import Conflict, Invalid, KeyUnavailable, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail, queue_mail
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.features.records import api as records
from vtclinic.identity.models import EmailToken, LoginSession, User
from vtclinic.tenants import lifecycle_archive
from vtclinic.tenants.database import create_database
from vtclinic.tenants.instance import control_url, open_instance
from vtclinic.tenants.lifecycle_erase import erase_clinic
from vtclinic.tenants.lifecycle_export import STAYS, STAYS_UNLESS_MOVED, export_clinic
from vtclinic.tenants.lifecycle_import import Wanted, _write_file, import_clinic
from vtclinic.tenants.lifecycle_rows import shapes
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.models import ClinicKey
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import suspend_clinic

PASSPHRASE = "a lighthouse in the fog"
EVIDENCE = bytes(range(256)) * 1000


@pytest.fixture(autouse=True)
def _quick_passphrase(monkeypatch):
    monkeypatch.setattr(lifecycle_archive, "COST", (10, 8, 1))


@pytest.fixture
def lived_in(house, people):
    """Harbour with people, a care relation, a file, a mail under way and an audit trail."""
    patient, therapist = people.patient(), people.therapist()
    people.pair(patient, therapist)
    clinic = house.directory.by_slug("harbour")
    (clinic.files / "evidence").mkdir()
    (clinic.files / "evidence" / "licence.bin").write_bytes(EVIDENCE)
    with tenant_scope(clinic), unit_of_work():
        queue_mail("sam@example.org", "any", {"word": "canary"})
        record(SYSTEM, "profile.read", "patient", patient, patient_uid=patient)
    return patient, therapist


@pytest.fixture
def elsewhere(tmp_path):
    """Opens another instance, in SQLite or in PostgreSQL: `elsewhere(database_url=…)`."""
    opened = []

    def make(**settings: object):
        uow.engines().dispose()
        home = tmp_path / f"elsewhere-{len(opened)}"
        home.mkdir(mode=0o700)
        chosen = test_settings(home, **settings)
        create_master_key(home)
        create_database(control_url(chosen))
        upgrade(control_url(chosen), "control")
        opened.append(open_instance(chosen))
        return open_house(chosen)

    yield make
    jobs.close()
    uow.engines().dispose()


def export(house, file: Path, *, move: bool = False) -> Path:
    if move:
        with control_unit_of_work():
            suspend_clinic(house.instance, SYSTEM, "harbour")
    export_clinic(house.instance, SYSTEM, "harbour", to=file, passphrase=PASSPHRASE)
    return file


def contents(clinic) -> dict[str, list[tuple]]:
    """Every table's raw rows, in one order, whatever the database calls its types."""
    engine = uow.engines().get(clinic.database_url)
    with engine.connect() as connection:
        return {shape.name: sorted(map(repr, connection.execute(select(shape.table)))) for shape in shapes()}


def test_every_row_and_file_arrives(house, lived_in, elsewhere, tmp_path):
    before = contents(house.directory.by_slug("harbour"))
    file = export(house, tmp_path / "h.vtclinic", move=True)
    there = elsewhere()
    came = import_clinic(there.instance, SYSTEM, file, passphrase=PASSPHRASE)
    clinic = there.directory.by_slug("harbour")
    after = contents(clinic)
    assert came.rows == sum(len(rows) for name, rows in before.items() if name not in STAYS)
    assert {name: rows for name, rows in after.items() if name not in STAYS} == {name: rows for name, rows in before.items() if name not in STAYS}
    assert (clinic.files / "evidence" / "licence.bin").read_bytes() == EVIDENCE
    assert (clinic.files / "public" / "help-now.html").exists()


def test_what_was_encrypted_opens_under_the_other_instance(house, lived_in, elsewhere, tmp_path):
    file = export(house, tmp_path / "h.vtclinic")
    there = elsewhere()
    import_clinic(there.instance, SYSTEM, file, passphrase=PASSPHRASE)
    clinic = there.directory.by_slug("harbour")
    patient, therapist = lived_in
    with tenant_scope(clinic), unit_of_work(write=False) as db:
        assert db.get_one(User, patient).name == "Sam Byrne"
        assert records.in_care(patient, therapist)
        assert verify(db, clinic.keys.derived("audit")).sound


@pytest.mark.parametrize("move", [True, False])
def test_the_copy_does_not_take_the_originals_cookie(house, lived_in, people, app, client, elsewhere, tmp_path, move):
    people.sign_in(app, client, lived_in[0])
    assert client.get("/account").status_code == 200
    cookie = client.get_cookie("vt", domain="harbour.test")
    file = export(house, tmp_path / "h.vtclinic", move=move)
    there = elsewhere()
    import_clinic(there.instance, SYSTEM, file, passphrase=PASSPHRASE)
    with tenant_scope(there.directory.by_slug("harbour")), unit_of_work(write=False) as db:
        assert db.scalars(select(LoginSession)).all() == []
    copy = create_app(there.settings, there).test_client()
    copy.set_cookie("vt", cookie.value, domain="harbour.test")
    answer = copy.get("/account", base_url="http://harbour.test", headers={"Accept": "text/html"})
    assert answer.status_code in (302, 303, 401)


def test_a_working_clinics_copy_sends_nothing_twice(house, lived_in, elsewhere, tmp_path):
    file = export(house, tmp_path / "h.vtclinic")
    there = elsewhere()
    import_clinic(there.instance, SYSTEM, file, passphrase=PASSPHRASE)
    with tenant_scope(there.directory.by_slug("harbour")), unit_of_work(write=False) as db:
        assert db.scalars(select(OutboxMail)).all() == []
        assert db.scalars(select(EmailToken)).all() == []


def test_tables_that_stay_behind_exist():
    assert ClinicBase.metadata.tables.keys() >= STAYS | STAYS_UNLESS_MOVED


@pytest.mark.postgres
def test_a_clinic_moves_to_postgresql_and_back(house, lived_in, elsewhere, tmp_path, postgres):
    before = contents(house.directory.by_slug("harbour"))
    file = export(house, tmp_path / "h.vtclinic", move=True)
    big = elsewhere(database_url=postgres.url("vtmove_{name}"))
    import_clinic(big.instance, SYSTEM, file, passphrase=PASSPHRASE)
    clinic = big.directory.by_slug("harbour")
    assert clinic.database_url.startswith("postgresql")
    with tenant_scope(clinic), unit_of_work() as db:
        assert db.get_one(User, lived_in[0]).name == "Sam Byrne"
        assert verify(db, clinic.keys.derived("audit")).sound
        record(SYSTEM, "profile.read", "patient", new_id())
    with control_unit_of_work():
        suspend_clinic(big.instance, SYSTEM, "harbour")
    back = tmp_path / "back.vtclinic"
    export_clinic(big.instance, SYSTEM, "harbour", to=back, passphrase=PASSPHRASE)
    erase_clinic(big.instance, SYSTEM, "harbour")
    small = elsewhere()
    import_clinic(small.instance, SYSTEM, back, passphrase=PASSPHRASE)
    after = contents(small.directory.by_slug("harbour"))
    grown = {"audit_entry", "audit_head", *STAYS}
    assert {name: rows for name, rows in after.items() if name not in grown} == {name: rows for name, rows in before.items() if name not in grown}
    assert len(after["audit_entry"]) == len(before["audit_entry"]) + 1


def test_the_file_shows_nothing_without_the_passphrase(house, lived_in, tmp_path):
    raw = export(house, tmp_path / "h.vtclinic").read_bytes()
    for word in (b"harbour", b"Harbour", b"manifest", b"audit_entry", b"Dublin"):
        assert word not in raw
    with pytest.raises(Invalid, match="does not open"):
        import_clinic(house.instance, SYSTEM, tmp_path / "h.vtclinic", passphrase="another lighthouse")


@pytest.mark.parametrize("harm", ["cut", "changed", "swapped", "longer"])
def test_a_damaged_file_brings_nothing_in(house, lived_in, elsewhere, tmp_path, harm):
    file = export(house, tmp_path / "h.vtclinic")
    raw = bytearray(file.read_bytes())
    chunk, head = lifecycle_archive.CHUNK + 16, lifecycle_archive._HEADER
    if harm == "cut":
        del raw[head + chunk :]
    elif harm == "changed":
        raw[-100] ^= 1
    elif harm == "swapped":
        raw[head : head + chunk], raw[head + chunk : head + 2 * chunk] = raw[head + chunk : head + 2 * chunk], raw[head : head + chunk]
    else:
        raw += b"more"
    file.write_bytes(raw)
    there = elsewhere()
    with pytest.raises(Invalid):
        import_clinic(there.instance, SYSTEM, file, passphrase=PASSPHRASE)
    with pytest.raises(NotFound):
        there.directory.by_slug("harbour")
    assert not (there.settings.clinics / "harbour").exists()


def test_something_else_is_refused_in_words(house, tmp_path):
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8" + bytes(2000))
    with pytest.raises(Invalid, match="not a clinic"):
        import_clinic(house.instance, SYSTEM, file, passphrase=PASSPHRASE)


def test_a_file_never_leaves_its_folder(house, tmp_path):
    for name in ("../x", "/etc/x", "a/../../x", "clinic.db", "a\\..\\x", ""):
        with pytest.raises(Invalid):
            _write_file(tmp_path / "in", name, b"x")


def test_a_clinic_is_in_one_place_at_a_time(house, tmp_path):
    file = export(house, tmp_path / "h.vtclinic")
    with pytest.raises(Conflict, match="on this installation already"):
        import_clinic(house.instance, SYSTEM, file, passphrase=PASSPHRASE, wanted=Wanted("other", ["other.test"]))


def test_a_hostname_that_is_taken_is_refused(house, elsewhere, tmp_path):
    file = export(house, tmp_path / "h.vtclinic")
    erase_clinic(house.instance, SYSTEM, "harbour")
    with pytest.raises(Conflict, match=r"northside\.test"):
        import_clinic(house.instance, SYSTEM, file, passphrase=PASSPHRASE, wanted=Wanted(hosts=["northside.test"]))
    import_clinic(house.instance, SYSTEM, file, passphrase=PASSPHRASE, wanted=Wanted("quay", ["quay.test"]))
    assert Directory(house.instance).by_host("quay.test").slug == "quay"


def test_an_export_writes_over_nothing(house, tmp_path):
    file = tmp_path / "there"
    file.write_text("mine")
    with pytest.raises(Conflict):
        export(house, file)
    assert file.read_text() == "mine"


def test_an_export_that_fails_leaves_nothing(house, tmp_path, monkeypatch):
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        export(house, tmp_path / "h.vtclinic")
    assert not list(tmp_path.glob("h.vtclinic*"))


def test_an_erased_clinic_cannot_be_read_from_a_stolen_copy(house, lived_in):
    clinic = house.directory.by_slug("harbour")
    uow.engines().dispose()
    copy = (clinic.files / "clinic.db").read_bytes()
    with control_unit_of_work(write=False) as control:
        wrapped = [row.wrapped_key for row in control.scalars(select(ClinicKey).where(ClinicKey.clinic_uid == clinic.uid))]
    erase_clinic(house.instance, SYSTEM, "harbour")
    uow.engines().dispose()
    left = b"".join(path.read_bytes() for path in house.settings.home.rglob("*") if path.is_file())
    assert wrapped and not any(key in left for key in wrapped)
    assert not clinic.files.exists()
    assert b"Sam Byrne" not in copy
    now = Directory(house.instance)
    with pytest.raises(NotFound):
        now.by_slug("harbour")
    assert now.by_slug("northside").state == "active"


def test_erasing_is_in_the_instances_trail(house):
    erase_clinic(house.instance, SYSTEM, "northside")
    with sqlite3.connect(house.settings.home / "control.db") as raw:
        acts = [row[0] for row in raw.execute("SELECT action FROM audit_entry ORDER BY seq")]
    raw.close()
    assert acts[-2:] == ["clinic.erasing", "clinic.erased"]
    with control_unit_of_work(write=False) as control:
        assert verify(control, house.instance.audit_key, instance=True).sound


def test_an_archive_key_of_another_clinic_opens_nothing(house, tmp_path):
    key = lifecycle_archive.new_archive_key(PASSPHRASE)
    shut = box.shut(key.keys, new_id(), b"x" * 32, "one")
    with pytest.raises(KeyUnavailable):
        box.open_box(key.keys, shut, "other")
