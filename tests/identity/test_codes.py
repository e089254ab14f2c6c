"""App codes and recovery codes, the parts that know no clinic."""

from datetime import timedelta

import pyotp
import time_machine

from vtclinic.core import clock
from vtclinic.identity import recovery_codes, totp

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the ASCII key of RFC 6238 appendix B


@time_machine.travel("2005-03-18T01:58:29Z", tick=False)
def test_the_vector_of_the_rfc_is_accepted():
    assert totp.accepted_step(SECRET, "081804", last_step=0) == 1111111109 // 30


def test_a_code_is_accepted_once():
    code = pyotp.TOTP(SECRET).now()
    step = totp.accepted_step(SECRET, code, last_step=0)
    assert step is not None
    assert totp.accepted_step(SECRET, code, last_step=step) is None


def test_the_code_before_is_refused_after_the_newer_one():
    with time_machine.travel("2026-01-01T12:00:15Z", tick=False):
        before = pyotp.TOTP(SECRET).at(clock.now() - timedelta(seconds=30))
        step = totp.accepted_step(SECRET, pyotp.TOTP(SECRET).now(), last_step=0)
        assert totp.accepted_step(SECRET, before, last_step=0) is not None
        assert totp.accepted_step(SECRET, before, last_step=step) is None


def test_a_clock_may_be_half_a_minute_off_and_no_more():
    with time_machine.travel("2026-01-01T12:00:15Z", tick=False):
        app = pyotp.TOTP(SECRET)
        assert totp.accepted_step(SECRET, app.at(clock.now() + timedelta(seconds=30)), last_step=0)
        assert totp.accepted_step(SECRET, app.at(clock.now() + timedelta(seconds=60)), last_step=0) is None
        assert totp.accepted_step(SECRET, app.at(clock.now() - timedelta(seconds=60)), last_step=0) is None


def test_spaces_in_a_code_do_not_matter_and_nothing_is_no_code():
    code = pyotp.TOTP(SECRET).now()
    assert totp.accepted_step(SECRET, f" {code[:3]} {code[3:]} ", last_step=0)
    assert totp.accepted_step(SECRET, "", last_step=0) is None


def test_the_picture_carries_no_styles():
    picture = totp.enrolment_picture(totp.enrolment_uri(SECRET, account="a@example.org", issuer="Harbour"))
    assert picture.startswith("<svg") and "style" not in picture


def test_eight_different_recovery_codes():
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 8
    assert all(recovery_codes.looks_like_code(code) for code in codes)


def test_a_recovery_code_may_be_typed_any_way():
    code = recovery_codes.new_codes()[0]
    assert recovery_codes.tidy(code.upper().replace("-", " ")) == code
    assert not recovery_codes.looks_like_code("123456")
