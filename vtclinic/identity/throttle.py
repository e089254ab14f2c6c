"""Growing pauses after failed tries, kept in the clinic's database so that a restart forgives nobody.

A try is counted before it is checked, so that many tries at once cannot slip past; a right one is taken back. Nobody is locked out for good:
the longest pause is fifteen minutes, and passkeys and sign-in links do not share the password's count.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.crypto import blind_index
from vtclinic.core.errors import TooMany
from vtclinic.core.i18n import format_time
from vtclinic.core.i18n import gettext as _
from vtclinic.core.uow import session
from vtclinic.identity.models import ThrottleBucket

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
FORGET = timedelta(hours=24)


@dataclass(frozen=True)
class Kind:
    """What is counted, and how many tries are free."""

    name: str
    free: int


ACCOUNT = Kind("account", 5)
PLACE = Kind("place", 40)  # many people sit behind one address of a clinic or a mobile network
CODE = Kind("code", 5)
CHALLENGE = Kind("challenge", 200)
MAIL = Kind("mail", 3)
MAIL_PLACE = Kind("mail-place", 30)


def charge(kind: Kind, value: str) -> None:
    """Count one try; raise TooMany, in words, while a pause lasts. Needs a writing unit of work."""
    now, bucket = clock.now(), _bucket(kind, value)
    if bucket.blocked_until is not None and bucket.blocked_until > now:
        raise _wait(bucket)
    if now - bucket.last_at > FORGET:
        bucket.failures = 0
    bucket.failures, bucket.last_at = bucket.failures + 1, now
    if bucket.failures >= kind.free:
        bucket.blocked_until = now + pause_after(bucket.failures, kind.free)


def refund(kind: Kind, value: str, *, all_of_it: bool = False) -> None:
    """Take one counted try back, since it was right; `all_of_it` forgets the earlier ones as well."""
    bucket = _bucket(kind, value)
    bucket.failures = 0 if all_of_it else max(0, bucket.failures - 1)
    if bucket.failures < kind.free:
        bucket.blocked_until = None


def pause_after(failures: int, free: int) -> timedelta:
    """Return how long to wait after this many failures: 15 s, doubling, at most 15 minutes."""
    over = min(failures - free, 16)
    return min(FIRST_PAUSE * 2**over, LONGEST_PAUSE) if over >= 0 else timedelta()


def place_of(address: str | None) -> str:
    """Return the place an IP address stands for: itself, or the /64 of an IPv6 address, which one home owns whole."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def _bucket(kind: Kind, value: str) -> ThrottleBucket:
    key = blind_index(f"{kind.name}:{value}", "throttle")
    bucket = session().get(ThrottleBucket, key, with_for_update=True)
    if bucket is not None:
        return bucket
    try:
        with session().begin_nested():
            session().add(ThrottleBucket(key=key, failures=0, last_at=clock.now()))
    except IntegrityError:
        pass  # another process counted its first try in the same moment (PostgreSQL): go on with its row
    return session().get_one(ThrottleBucket, key, with_for_update=True)


def _wait(bucket: ThrottleBucket) -> TooMany:
    assert bucket.blocked_until is not None
    seconds = max(1, int((bucket.blocked_until - clock.now()).total_seconds()) + 1)
    at = format_time(bucket.blocked_until + timedelta(seconds=59))
    return TooMany(
        _("There were many tries. To keep accounts safe, we wait until %(time)s.", time=at),
        retry_after=seconds,
        hint=_("You can use a passkey or a sign-in link by e-mail meanwhile."),
    )
