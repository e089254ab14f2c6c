"""Keys change while everything they lock stays readable, however often the change is killed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.killing import count_calls, killed_at, some_points
from vtclinic.console.models import InstanceAdmin, InstanceTotp
from vtclinic.console.service import open_secret, reseal_secrets, shut_secret
from vtclinic.core import clock, uow
from vtclinic.core.audit import verify
from vtclinic.core.crypto.keys import MASTER_FILE, load_master_key
from vtclinic.core.crypto.patients import PatientKey, create_patient_key, destroy_patient_key, patient_key
from vtclinic.core.crypto.shares import join_shares, split_master_key
from vtclinic.core.errors import Conflict, Invalid, KeyUnavailable
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.tenants.instance import open_instance
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.rotation import (
    NEXT_FILE,
    check_master_key,
    finish_master_rotation,
    recover_master_key,
    rotate_clinic_key,
    rotate_master_key,
)
from vtclinic.tenants.scope import tenant_scope


def at_once(_seconds: float) -> None:
    """No other process is there to wait for."""


@pytest.fixture
def secrets(house, clinic):
    """A thousand and some patients' keys, by patient."""
    uids = [new_id() for _ in range(1100)]
    with tenant_scope(clinic), unit_of_work():
        for uid in uids:
            create_patient_key(uid)
    return opened(house, uids)


def opened(house, uids):
    """Read patients' keys with what a process that starts now knows."""
    with tenant_scope(Directory(house.instance).by_slug("harbour")), unit_of_work(write=False):
        return {uid: patient_key(uid)[1] for uid in uids}


def test_every_patients_key_stays_the_same_under_a_new_clinic_key(house, secrets):
    told = []
    done = rotate_clinic_key(house.instance, SYSTEM, "harbour", tell=lambda done, total: told.append((done, total)), wait=at_once)
    assert done == len(secrets)
    assert (500, 1100) in told and (1100, 1100) in told
    assert opened(house, secrets) == secrets
    keys = Directory(house.instance).by_slug("harbour").keys
    assert (keys.active, list(keys.wrapping)) == (2, [2])


def test_what_was_encrypted_for_the_clinic_opens_after_a_rotation(house, people):
    uid = people.patient("Sam Byrne")
    rotate_clinic_key(house.instance, SYSTEM, "harbour", wait=at_once)
    from vtclinic.identity.models import User

    with tenant_scope(Directory(house.instance).by_slug("harbour")), unit_of_work(write=False) as db:
        assert db.get_one(User, uid).name == "Sam Byrne"


def test_a_patient_who_comes_during_a_rotation_is_not_lost(house, clinic):
    uids: list = []

    def somebody_comes(_seconds: float) -> None:
        # A process that has not noticed yet makes a key under the older version.
        uid = new_id()
        uids.append(uid)
        if len(uids) == 1:
            with tenant_scope(clinic), unit_of_work():
                create_patient_key(uid)
        else:
            with unit_of_work():
                from vtclinic.core.scope import current_clinic

                version, wrapped = clinic.keys.wrap(b"k" * 32, f"{current_clinic().uid}|patient_key|{uid}")
                uow.session().add(PatientKey(patient_uid=uid, key_id=new_id(), wrapped=wrapped, wrapped_by=version))

    rotate_clinic_key(house.instance, SYSTEM, "harbour", wait=somebody_comes)
    assert len(opened(house, uids)) == 2


def test_an_erased_patients_key_does_not_stop_a_rotation(house, clinic):
    uid = new_id()
    with tenant_scope(clinic), unit_of_work():
        create_patient_key(uid)
        uow.session().flush()
        destroy_patient_key(uid)
    assert rotate_clinic_key(house.instance, SYSTEM, "harbour", wait=at_once) == 0


@pytest.mark.crash
def test_a_killed_rotation_goes_on_and_loses_no_key(house, secrets):
    def rotate() -> None:
        rotate_clinic_key(house.instance, SYSTEM, "harbour", wait=at_once)

    calls = count_calls(rotate)
    for point in some_points(calls, 4):
        killed_at(point, rotate)  # the work shrinks with each try, so a late point may find it done
        uow.engines().dispose()
        assert opened(house, secrets) == secrets
    rotate()
    assert opened(house, secrets) == secrets
    assert len(Directory(house.instance).by_slug("harbour").keys.wrapping) == 1


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(house, secrets):
    uid, now = new_id(), clock.now()
    with control_unit_of_work() as control:
        control.add(InstanceAdmin(uid=uid, email="it@harbour.example", password_hash="x", created_at=now, password_changed_at=now))
        control.flush()
        control.add(InstanceTotp(admin_uid=uid, secret_sealed=shut_secret(house.instance.master, uid, "JBSW"), created_at=now))
    old = house.instance.master
    new = rotate_master_key(house.instance, SYSTEM, also=reseal_secrets)
    assert new != old and load_master_key(house.settings.home) == new
    fresh = open_instance(house.settings)
    with tenant_scope(Directory(fresh).by_slug("harbour")), unit_of_work(write=False):
        assert {uid: patient_key(uid)[1] for uid in secrets} == secrets
    with control_unit_of_work(write=False) as control:
        assert open_secret(new, control.get_one(InstanceTotp, uid)) == "JBSW"
        assert verify(control, fresh.audit_key, instance=True).sound
        assert not verify(control, house.instance.audit_key, instance=True).sound
    with pytest.raises(KeyUnavailable):
        Directory(house.instance).by_slug("harbour")


def test_a_changed_trail_is_not_sealed_anew(house):
    from vtclinic.core.audit import InstanceAuditEntry

    with control_unit_of_work() as control:
        control.scalars(select(InstanceAuditEntry)).first().action = "clinic.other"
    with pytest.raises(Conflict, match="audit trail"):
        rotate_master_key(house.instance, SYSTEM, also=reseal_secrets)
    finish_master_rotation(house.settings)
    assert load_master_key(house.settings.home) == house.instance.master


def test_a_key_from_the_environment_is_not_replaced(house, monkeypatch):
    monkeypatch.setenv("VTCLINIC_MASTER_KEY", (house.settings.home / MASTER_FILE).read_text().strip())
    with pytest.raises(Conflict, match="environment"):
        rotate_master_key(house.instance, SYSTEM, also=reseal_secrets)


@pytest.mark.crash
def test_a_killed_change_of_the_master_key_leaves_one_that_fits(house, clinic):
    def rotate() -> None:
        rotate_master_key(open_instance(house.settings), SYSTEM, also=reseal_secrets)

    calls = count_calls(rotate)
    for point in some_points(calls, 8):
        assert killed_at(point, rotate)
        uow.engines().dispose()
        finish_master_rotation(house.settings)
        fresh = open_instance(house.settings)
        assert not (house.settings.home / NEXT_FILE).exists()
        assert Directory(fresh).by_slug("harbour").keys.field_key == clinic.keys.field_key
        with control_unit_of_work(write=False) as control:
            assert verify(control, fresh.audit_key, instance=True).sound


def test_two_shares_bring_a_lost_master_key_back(house):
    one, _two, three = split_master_key(house.instance.master)
    path = house.settings.home / MASTER_FILE
    path.unlink()
    recover_master_key(house.settings, join_shares([one, three]))
    assert load_master_key(house.settings.home) == house.instance.master
    assert path.stat().st_mode & 0o077 == 0


def test_shares_of_another_installation_write_nothing(house, tmp_path):
    from vtclinic.core.crypto.keys import MasterKey

    foreign = split_master_key(MasterKey(b"q" * 32))
    (house.settings.home / MASTER_FILE).write_text("damaged")
    with pytest.raises(KeyUnavailable, match="not the one"):
        recover_master_key(house.settings, join_shares(foreign[:2]))
    assert (house.settings.home / MASTER_FILE).read_text() == "damaged"


def test_one_share_twice_is_not_enough(house):
    share = split_master_key(house.instance.master)[0]
    with pytest.raises(Invalid):
        join_shares([share, share])


def test_a_good_key_is_not_written_over(house):
    with pytest.raises(Conflict):
        recover_master_key(house.settings, house.instance.master)
    check_master_key(house.settings, house.instance.master)
