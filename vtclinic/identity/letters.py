"""The mails about accounts: neutral, one link each, and the paths those links lead to."""

from __future__ import annotations

from vtclinic.core.outbox import queue_mail
from vtclinic.core.scope import current_clinic
from vtclinic.identity.models import User
from vtclinic.identity.tokens import Purpose, issue

PATHS = {
    Purpose.CONFIRM: "/register/confirm/",
    Purpose.RECOVER: "/sign-in/new-password/",
    Purpose.INVITE: "/invitation/",
    Purpose.CHANGE_EMAIL: "/account/e-mail/confirm/",
    Purpose.SIGN_IN: "/sign-in/link/",
}
_TEMPLATES = {
    Purpose.CONFIRM: "account_confirm",
    Purpose.RECOVER: "account_recover",
    Purpose.INVITE: "account_invitation",
    Purpose.CHANGE_EMAIL: "account_new_address",
    Purpose.SIGN_IN: "account_sign_in_link",
}


def send_link(user: User, purpose: Purpose, *, address: str | None = None) -> str:
    """Mail a fresh link and return its secret; `address` is where a change of address has to be confirmed."""
    token = issue(user, purpose, address=address)
    send(user, _TEMPLATES[purpose], address=address, url=f"{current_clinic().base_url}{PATHS[purpose]}{token}")
    return token


def send_exists(user: User, address: str | None = None) -> None:
    """Tell the owner of an address that there is an account already."""
    base = current_clinic().base_url
    send(user, "account_exists", address=address, url=f"{base}/sign-in")


def send_no_link(user: User) -> None:
    """Tell staff that links do not open their accounts."""
    send(user, "account_no_link", url=f"{current_clinic().base_url}/sign-in")


def send_notice(user: User, template: str, *, address: str | None = None) -> None:
    """Tell the owner that something about signing in changed."""
    send(user, template, address=address, url=f"{current_clinic().base_url}/sign-in/forgot")


def send(user: User, template: str, *, url: str, address: str | None = None) -> None:
    """Queue one mail in the person's language."""
    queue_mail(address or user.email, template, {"url": url}, locale=user.locale, timezone=user.timezone)
