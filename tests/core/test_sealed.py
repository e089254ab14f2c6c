"""What a patient wrote opens in its own place alone: clinic, table, column, row and patient."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from vtclinic.core.crypto import create_patient_key, destroy_patient_key, sealed
from vtclinic.core.errors import KeyUnavailable
from vtclinic.core.ids import new_id
from vtclinic.core.uow import unit_of_work


@dataclass
class Letter:
    """A row as `sealed` sees one."""

    uid: UUID
    patient_uid: UUID
    body_sealed: bytes | None = None
    note_sealed: bytes | None = None

    __tablename__ = "letter"
    body = sealed("body_sealed")
    note = sealed("note_sealed")


class Card(Letter):
    """The same in another table."""

    __tablename__ = "card"


@pytest.fixture
def patient(in_clinic):
    with unit_of_work():
        create_patient_key(uid := new_id())
    return uid


@pytest.fixture
def letter(patient) -> Letter:
    written = Letter(new_id(), patient)
    with unit_of_work(write=False):
        written.body = "canary"
    return written


def test_it_opens_where_it_was_written(letter):
    with unit_of_work(write=False):
        assert letter.body == "canary"
    assert b"canary" not in letter.body_sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda letter: Letter(new_id(), letter.patient_uid, body_sealed=letter.body_sealed),
        lambda letter: Letter(letter.uid, letter.patient_uid, note_sealed=letter.body_sealed),
        lambda letter: Card(letter.uid, letter.patient_uid, body_sealed=letter.body_sealed),
    ],
    ids=["another row", "another column", "another table"],
)
def test_it_opens_nowhere_else(letter, elsewhere):
    moved = elsewhere(letter)
    with unit_of_work(write=False), pytest.raises(KeyUnavailable):
        _ = (moved.body, moved.note)


def test_another_patients_key_does_not_open_it(letter):
    with unit_of_work():
        create_patient_key(other := new_id())
    with unit_of_work(write=False), pytest.raises(KeyUnavailable):
        _ = Letter(letter.uid, other, body_sealed=letter.body_sealed).body


def test_a_changed_byte_is_noticed(letter):
    damaged = bytearray(letter.body_sealed)
    damaged[-1] ^= 1
    letter.body_sealed = bytes(damaged)
    with unit_of_work(write=False), pytest.raises(KeyUnavailable):
        _ = letter.body


def test_a_destroyed_key_leaves_nothing_to_read(letter):
    with unit_of_work():
        destroy_patient_key(letter.patient_uid)
    with unit_of_work(write=False), pytest.raises(KeyUnavailable):
        _ = letter.body
