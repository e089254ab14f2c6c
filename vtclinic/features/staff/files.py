"""Files people upload, kept encrypted in the clinic's folder under random names."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

from vtclinic.core.crypto import box
from vtclinic.core.errors import NotFound
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import after_commit

FOLDER = "files"


def store(kind: str, content: bytes) -> str:
    """Keep a file and return its name. A row must remember it; one that no row names is litter, never a leak."""
    name = uuid4().hex
    path = _path(kind, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(box.shut(_key(), current_clinic().keys.field_key_id, content, _context(kind, name)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return name


def read(kind: str, name: str) -> bytes:
    """Return a file's content; raise NotFound when it is gone, KeyUnavailable when it is another clinic's."""
    try:
        shut = _path(kind, name).read_bytes()
    except FileNotFoundError:
        raise NotFound() from None
    return box.open_box(_key(), shut, _context(kind, name))


def forget(kind: str, name: str | None) -> None:
    """Delete a file once the current unit of work has committed."""
    if name is None:
        return
    path = _path(kind, name)
    after_commit(lambda: path.unlink(missing_ok=True))


def forget_older(kind: str, than_seconds: float, now: float) -> None:
    """Delete the files of one kind that nobody came back for."""
    folder = _folder(kind)
    if folder.is_dir():
        for path in folder.iterdir():
            if now - path.stat().st_mtime > than_seconds:
                path.unlink(missing_ok=True)


def _folder(kind: str) -> Path:
    return current_clinic().files / FOLDER / kind


def _path(kind: str, name: str) -> Path:
    try:
        tidy = UUID(hex=name).hex
    except ValueError:
        raise NotFound() from None
    return _folder(kind) / tidy


def _key() -> bytes:
    return current_clinic().keys.derived("files")


def _context(kind: str, name: str) -> str:
    return f"{current_clinic().uid}|file|{kind}|{UUID(hex=name).hex}"
