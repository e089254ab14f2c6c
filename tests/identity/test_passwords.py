"""Passwords: NIST SP 800-63B-4 rules and argon2id."""

import time

import pytest

from vtclinic.core import blocking
from vtclinic.core.errors import Invalid
from vtclinic.identity import passwords


def test_a_password_alone_needs_fifteen_characters():
    with pytest.raises(Invalid) as refused:
        passwords.check_password("kf83hg92lqpz71", second_step=False)
    assert "15" in refused.value.fields["password"]
    passwords.check_password("kf83hg92lqpz71x", second_step=False)


def test_eight_characters_are_enough_where_a_second_step_is_a_must():
    passwords.check_password("kf83hg92", second_step=True)
    with pytest.raises(Invalid):
        passwords.check_password("kf83hg9", second_step=True)


def test_no_composition_is_asked_for():
    passwords.check_password("purple tram waits calmly", second_step=False)


def test_long_passwords_are_taken_whole():
    long = "the quick purple tram waits calmly " * 8
    assert len(long) > 256
    passwords.check_password(long, second_step=False)
    hashed = passwords.hash_password(long)
    assert passwords.verify_password(hashed, long)
    assert not passwords.verify_password(hashed, long[:-1])


@pytest.mark.parametrize("bad", ["aaaaaaaaaaaaaaaaaaaa", "passwordpassword", "123456789012345678", "qwertyuiopqwertyuiop"])
def test_what_attackers_try_first_is_refused(bad):
    with pytest.raises(Invalid):
        passwords.check_password(bad, second_step=False)


def test_the_names_of_person_and_clinic_are_no_password():
    with pytest.raises(Invalid):
        passwords.check_password("mira.aalto@example.org", second_step=False, known_words=["mira.aalto@example.org"])


def test_the_same_letters_typed_on_two_keyboards_are_one_password():
    composed, decomposed = "caf\u00e9 tram waits calmly", "cafe\u0301 tram waits calmly"
    assert passwords.verify_password(passwords.hash_password(composed), decomposed)


def test_hashes_are_argon2id_with_our_parameters():
    assert passwords.hash_password("x" * 15).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.needs_rehash(passwords.NOBODYS_HASH)
    assert passwords.needs_rehash("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY")


def test_a_damaged_hash_lets_nobody_in():
    assert not passwords.verify_password("not a hash", "x")


def test_a_missing_account_costs_a_hash_too():
    passwords.verify_password(None, "warm up")
    start = time.perf_counter()
    assert not passwords.verify_password(None, "purple tram waits calmly")
    assert time.perf_counter() - start > 0.005


def test_hashing_goes_through_the_runner(monkeypatch):
    seen = []
    monkeypatch.setattr(blocking._wiring, "run", lambda work, *args, **kwargs: seen.append(work) or work(*args, **kwargs))
    passwords.verify_password(passwords.hash_password("x" * 15), "x" * 15)
    assert len(seen) == 2


def test_strength_is_said_in_words():
    assert passwords.measure("abc").words == "5 more characters needed."
    assert passwords.measure("purple tram waits calmly").score >= 3
