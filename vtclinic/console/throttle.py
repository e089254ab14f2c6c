"""Growing pauses after failed tries at the console, kept in the control database so that a restart forgives nobody.

The pauses are the clinics' own (`identity.throttle`); a try is counted before it is checked.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from vtclinic.console.models import InstanceThrottle
from vtclinic.core import clock
from vtclinic.core.crypto.box import derive
from vtclinic.core.errors import TooMany
from vtclinic.core.i18n import format_time
from vtclinic.core.i18n import gettext as _
from vtclinic.core.uow import control_session
from vtclinic.identity.throttle import ACCOUNT, CHALLENGE, CODE, FORGET, PLACE, Kind, pause_after
from vtclinic.tenants.instance import Instance

__all__ = ["ACCOUNT", "CHALLENGE", "CODE", "PLACE", "charge", "refund"]


def charge(instance: Instance, kind: Kind, value: str) -> None:
    """Count one try; raise TooMany, in words, while a pause lasts. Needs a writing unit of work."""
    now, bucket = clock.now(), _bucket(instance, kind, value)
    if bucket.blocked_until is not None and bucket.blocked_until > now:
        raise _wait(bucket.blocked_until)
    if now - bucket.last_at > FORGET:
        bucket.failures = 0
    bucket.failures, bucket.last_at = bucket.failures + 1, now
    if bucket.failures >= kind.free:
        bucket.blocked_until = now + pause_after(bucket.failures, kind.free)


def refund(instance: Instance, kind: Kind, value: str, *, all_of_it: bool = False) -> None:
    """Take one counted try back, since it was right; `all_of_it` forgets the earlier ones as well."""
    bucket = _bucket(instance, kind, value)
    bucket.failures = 0 if all_of_it else max(0, bucket.failures - 1)
    if bucket.failures < kind.free:
        bucket.blocked_until = None


def _bucket(instance: Instance, kind: Kind, value: str) -> InstanceThrottle:
    secret = derive(instance.master.secret, "console throttle")
    key = hmac.new(secret, f"{kind.name}:{value.strip().casefold()}".encode(), hashlib.sha256).digest()
    bucket = control_session().get(InstanceThrottle, key, with_for_update=True)
    if bucket is None:
        bucket = InstanceThrottle(key=key, failures=0, last_at=clock.now())
        control_session().add(bucket)
    return bucket


def _wait(until: datetime) -> TooMany:
    seconds = max(1, int((until - clock.now()).total_seconds()) + 1)
    at = format_time(until + timedelta(seconds=59))
    return TooMany(
        _("There were many tries. To keep this instance safe, we wait until %(time)s.", time=at),
        retry_after=seconds,
        hint=_("You can use a passkey meanwhile."),
    )
