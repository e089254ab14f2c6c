"""Sweeping: what has run out is deleted, so that nothing about sign-ins is kept longer than it serves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from vtclinic.core import clock, jobs
from vtclinic.core.uow import session, unit_of_work
from vtclinic.identity.models import EmailToken, LoginSession, PasskeyChallenge, ThrottleBucket, User, UserState
from vtclinic.identity.registration import erase_unconfirmed
from vtclinic.identity.throttle import FORGET

KEEP = timedelta(days=30)
UNCONFIRMED_FOR = timedelta(days=7)


@jobs.periodic("identity.sweep", seconds=3600)
def sweep(*, clinic: str) -> None:
    """Delete a clinic's ended sign-ins, used links, forgotten tries, and accounts nobody confirmed."""
    now = clock.now()
    with unit_of_work():
        session().execute(delete(LoginSession).where(LoginSession.expires_at < now - KEEP))
        session().execute(delete(EmailToken).where(EmailToken.expires_at < now - KEEP))
        session().execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))
        session().execute(delete(ThrottleBucket).where(ThrottleBucket.last_at < now - FORGET))
        for user in session().scalars(select(User).where(User.state == UserState.UNCONFIRMED, User.created_at < now - UNCONFIRMED_FOR)).all():
            erase_unconfirmed(user)
