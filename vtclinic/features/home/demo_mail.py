"""The mails a demonstration caught instead of sending them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from vtclinic.core.errors import NotFound
from vtclinic.core.mail import mail_folder
from vtclinic.core.scope import current_clinic

_NAME = re.compile(r"[a-zA-Z0-9]{1,120}")
_LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True)
class Attachment:
    """One attached file."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class CaughtMail:
    """One mail as a person reads it; each part of a paragraph is words, or an address when `is_link`."""

    key: str
    to: str
    subject: str
    at: datetime
    paragraphs: list[list[tuple[str, bool]]]
    attachments: list[Attachment]


def caught(limit: int = 100) -> list[CaughtMail]:
    """Return the current clinic's mails, the newest first."""
    files = sorted(mail_folder(current_clinic().files).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [_read(file) for file in files[:limit]]


def mail(key: str) -> CaughtMail:
    """Return one mail; raise NotFound."""
    file = mail_folder(current_clinic().files) / f"{key}.eml"
    if not _NAME.fullmatch(key) or not file.is_file():
        raise NotFound()
    return _read(file)


def _read(file: Path) -> CaughtMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    files = [Attachment(part.get_filename() or "file", part.get_content_type(), part.get_payload(decode=True) or b"") for part in message.iter_attachments()]  # type: ignore[arg-type]
    return CaughtMail(
        key=file.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=parsedate_to_datetime(str(message["Date"])),
        paragraphs=[_parts(each) for each in re.split(r"\n\s*\n", text.strip())],
        attachments=files,
    )


def _parts(paragraph: str) -> list[tuple[str, bool]]:
    return [(part, bool(_LINK.fullmatch(part))) for part in _LINK.split(paragraph) if part]
