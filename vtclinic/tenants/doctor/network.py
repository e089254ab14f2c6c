"""Can people be listened in on, and do mails reach them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from vtclinic.tenants.doctor.finding import Finding, Level, Rounds

_PROXY = "Put a web server with TLS in front and set trusted_proxies = 1, or set bind = \"127.0.0.1\"."


def nobody_listens_in(rounds: Rounds) -> Iterator[Finding]:
    """Nothing is served to the network without TLS."""
    settings = rounds.settings
    if not is_loopback(settings.bind) and settings.public_scheme == "http":
        yield Finding("TLS", f"vtclinic listens on {settings.bind} and people reach it without TLS.", _PROXY)
    elif not is_loopback(settings.bind) and settings.trusted_proxies == 0:
        yield Finding("TLS", f"vtclinic listens on {settings.bind} with no web server in front that brings TLS.", _PROXY)
    if not rounds.in_production:
        return
    if settings.public_scheme == "http" and is_loopback(settings.bind):
        yield Finding("TLS", "Links in mails say http in production.", 'Set public_scheme = "https".')
    if not settings.secure_cookies:
        yield Finding("cookies", "Sign-in cookies may travel without TLS in production.", "Set secure_cookies = true.")


def demo_stays_at_home(rounds: Rounds) -> Iterator[Finding]:
    """A demo, whose passwords are printed, is not served to the network."""
    if rounds.settings.env == "demo" and not is_loopback(rounds.settings.bind):
        yield Finding("demo", "A demo with known passwords is served to the network.", 'Set bind = "127.0.0.1".')


def mails_leave(rounds: Rounds) -> Iterator[Finding]:
    """In production there is a mail server and a sender."""
    settings = rounds.settings
    if not rounds.in_production:
        return
    if settings.mail_backend == "file":
        yield Finding("mail", "Mails are written into files instead of being sent.", 'Set mail_backend = "smtp" and smtp_host.')
    elif not settings.smtp_host:
        yield Finding("mail", "No mail server is set, so no mail leaves.", "Set smtp_host in settings.toml.")
    if settings.smtp_security == "none" and settings.smtp_host and not is_loopback(settings.smtp_host):
        yield Finding("mail", f"Mails travel to {settings.smtp_host} without TLS.", 'Set smtp_security = "starttls".')
    if not settings.mail_from:
        yield Finding("mail", "No sender address is set; many mail servers refuse the invented one.", "Set mail_from.", Level.WARNING)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
