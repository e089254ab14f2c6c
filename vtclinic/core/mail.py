"""Mails: written once as plain text, rendered as text and HTML that say the same, handed to SMTP or to a folder.

A mail is a template `mail/<name>.txt` in any package's `templates` folder: first line the subject, then paragraphs parted by
blank lines; a paragraph `[Label](address)` becomes the button. Subjects and bodies name no clinic content.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any, Protocol

import jinja2

from vtclinic.core import clock
from vtclinic.core.errors import SettingsError, Unavailable
from vtclinic.core.i18n import direction, fmt, gettext, language_tag, ngettext
from vtclinic.core.scope import current_clinic
from vtclinic.core.settings import Settings

_BUTTON = re.compile(r"\[([^\]]+)\]\((\S+)\)")
_PACKAGE = Path(__file__).resolve().parents[1]
TIMEOUT = 20


@dataclass(frozen=True)
class Letter:
    """One rendered mail; `attachment` is (file name, media type with its parameters, content)."""

    subject: str
    text: str
    html: str
    attachment: tuple[str, str, str] | None = None
    named: bool = True


class Transport(Protocol):
    """Something that takes a finished message away."""

    def send(self, message: EmailMessage) -> None:
        """Hand over one message; raise Unavailable when that should be tried again."""


def _environment() -> jinja2.Environment:
    folders = sorted(str(path) for path in _PACKAGE.rglob("templates") if path.is_dir())
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(folders), autoescape=jinja2.select_autoescape(["html"]), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, fmt=fmt)
    return made


_templates = _environment()


def render(template: str, params: dict[str, Any], *, named: bool = True) -> Letter:
    """Render `mail/<template>.txt` in the current clinic and language."""
    clinic = current_clinic()
    source = _templates.get_template(f"mail/{template}.txt").render(clinic=clinic, **params)
    subject, _, rest = source.strip().partition("\n")
    paragraphs = [re.sub(r"\s*\n\s*", " ", part.strip()) for part in re.split(r"\n\s*\n", rest) if part.strip()]
    parts = [_part(text) for text in paragraphs]
    help_url = f"{clinic.base_url}/help-now"
    foot = gettext("Not for emergencies. Get help now: %(url)s") % {"url": help_url}
    text = "\n\n".join([*(f"{p['label']}: {p['url']}" if p["url"] else p["text"] for p in parts), *([clinic.name] if named else []), foot]) + "\n"
    html = _templates.get_template("mail/layout.html").render(
        subject=subject, parts=parts, clinic=clinic, named=named, help_url=help_url, lang=language_tag(), dir=direction()
    )
    return Letter(subject.strip(), text, html, named=named)


def _part(text: str) -> dict[str, str]:
    found = _BUTTON.fullmatch(text)
    return {"label": found[1], "url": found[2], "text": ""} if found else {"label": "", "url": "", "text": text}


def compose(settings: Settings, to: str, letter: Letter, *, message_id: str) -> EmailMessage:
    """Build the message; the same `message_id` on a second try lets a receiver drop the double."""
    clinic = current_clinic()
    message = EmailMessage()
    message["From"] = formataddr((clinic.name if letter.named else "", settings.mail_from or f"no-reply@{clinic.host}"))
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if letter.attachment is not None:
        name, kind, content = letter.attachment
        media, *rest = kind.split(";")
        main, _, sub = media.strip().partition("/")
        params = dict(part.strip().split("=", 1) for part in rest)
        message.add_attachment(content.encode(), maintype=main, subtype=sub, filename=name, params=params)
    return message


class SmtpTransport:
    """Hands mails to the clinic's mail server, one connection a mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage) -> None:
        """Send by SMTP with STARTTLS, TLS or, on a trusted local relay, neither."""
        try:
            with self._connect() as server:
                if self._settings.smtp_user:
                    server.login(self._settings.smtp_user, self._password())
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"mail server: {type(error).__name__}") from None

    def _connect(self) -> smtplib.SMTP:
        chosen = self._settings
        context = ssl.create_default_context()
        if chosen.smtp_security == "tls":
            return smtplib.SMTP_SSL(chosen.smtp_host, chosen.smtp_port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(chosen.smtp_host, chosen.smtp_port, timeout=TIMEOUT)
        if chosen.smtp_security == "starttls":
            server.starttls(context=context)
        return server

    def _password(self) -> str:
        try:
            return Path(self._settings.smtp_password_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError("The file named by smtp_password_file cannot be read.") from error


class FileTransport:
    """Writes each mail into `<clinic>/mail/`, for the demo's mail page and for tests."""

    def send(self, message: EmailMessage) -> None:
        """Store one message; the same Message-ID overwrites itself."""
        folder = mail_folder(current_clinic().files)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = re.sub(r"[^a-zA-Z0-9]", "", str(message["Message-ID"]))
        draft = folder / f".{name}.new"
        draft.write_bytes(message.as_bytes())
        draft.replace(folder / f"{name}.eml")


def mail_folder(files: Path) -> Path:
    """Return where FileTransport keeps one clinic's mails."""
    return files / "mail"


def transport(settings: Settings) -> Transport:
    """Return the transport the settings ask for."""
    return FileTransport() if settings.mail_backend == "file" else SmtpTransport(settings)
