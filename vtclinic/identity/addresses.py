"""E-mail addresses as keys: checked, tidied, and found without being readable."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from vtclinic.core.crypto import blind_index
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.uow import session
from vtclinic.identity.models import User

INDEX = "user.email"


def tidy_address(text: str, *, field: str = "email") -> str:
    """Return an address in its one form; raise Invalid in plain words. Asks no name server."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        sentence = _("Write an e-mail address like name@example.org.")
        raise Invalid(sentence, fields={field: sentence}) from error


def index_of(address: str) -> bytes:
    """Return the keyed hash under which an address is found in this clinic."""
    return blind_index(address, INDEX)


def user_at(address: str) -> User | None:
    """Return the account with this address, if there is one."""
    return session().scalar(select(User).where(User.email_index == index_of(address)))
