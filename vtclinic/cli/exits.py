"""What a command's end means: exit codes, and one sentence for every failure."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass

from vtclinic.core.errors import (
    ClinicError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    KeyUnavailable,
    NotFound,
    SettingsError,
    SignInNeeded,
    TooMany,
    Unavailable,
)

OK, FAILED, USAGE, NOT_FOUND, CONFLICT, REFUSED, CHECKS_FAILED, CANNOT_OPEN, STOPPED = 0, 1, 2, 3, 4, 5, 6, 7, 130

MEANINGS = {
    OK: "done",
    FAILED: "failed; nothing is half done",
    USAGE: "the command was not understood",
    NOT_FOUND: "there is no such clinic, person, file or key",
    CONFLICT: "it exists already, or something else is in the way",
    REFUSED: "refused: the input cannot be taken",
    CHECKS_FAILED: "the checks found something",
    CANNOT_OPEN: "the installation cannot be opened: settings, key or database",
    STOPPED: "stopped by Ctrl-C",
}

_KINDS: tuple[tuple[type[ClinicError], int], ...] = (
    (NotFound, NOT_FOUND),
    (Gone, NOT_FOUND),
    (Conflict, CONFLICT),
    (Invalid, REFUSED),
    (Forbidden, REFUSED),
    (SignInNeeded, REFUSED),
    (TooMany, REFUSED),
    (SettingsError, CANNOT_OPEN),
    (KeyUnavailable, CANNOT_OPEN),
    (Unavailable, CANNOT_OPEN),
)
_PLAIN = {NOT_FOUND: "There is no such thing.", CONFLICT: "Something else was faster.", REFUSED: "This is not allowed."}
_UPGRADE = "Look at the versions with: vtclinic db status"
_FULL = "Free some space and run the same command again; nothing is half done."

_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("The database is locked by another program.", "Wait for that program to finish, then run the same command again."),
    sqlite3.SQLITE_LOCKED: ("The database is locked by another program.", "Wait for that program to finish, then run the same command again."),
    sqlite3.SQLITE_FULL: ("The disk is full.", _FULL),
    sqlite3.SQLITE_READONLY: ("The database cannot be written.", "Let the account that runs vtclinic write in the data folder."),
    sqlite3.SQLITE_CANTOPEN: ("The database cannot be opened.", "Check that the data folder exists and belongs to the account that runs vtclinic."),
    sqlite3.SQLITE_NOTADB: ("A database file is damaged or is not a database.", "Bring it back from a backup; vtclinic doctor says which file it is."),
    sqlite3.SQLITE_CORRUPT: ("A database file is damaged.", "Bring it back from a backup; vtclinic doctor says which file it is."),
    sqlite3.SQLITE_IOERR: ("The disk does not read or write as it should.", "Check the disk, then run the same command again."),
}


class ChecksFailed(ClinicError):
    """Checks were made, and something is not as it should be."""


@dataclass(frozen=True)
class Failure:
    """How a command ends: its exit code, what happened, what to do."""

    code: int
    sentence: str
    hint: str = ""


def explain(error: BaseException) -> Failure:
    """Turn any exception into one sentence and an exit code."""
    if isinstance(error, Unavailable) and isinstance(error.__cause__, sqlite3.Error):
        return _of_sqlite(error.__cause__)
    if isinstance(error, ClinicError):
        return _of_ours(error)
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if type(cause).__module__.startswith("psycopg"):
        return Failure(CANNOT_OPEN, f"PostgreSQL refused: {_first_line(cause)}.", "Check the setting database_url, and that the server runs.")
    if isinstance(cause, OSError):
        return _of_system(cause)
    return Failure(FAILED, f"vtclinic made an error of its own: {type(error).__name__}.", "Run the same command after vtclinic --debug to see where.")


def _of_ours(error: ClinicError) -> Failure:
    code = CHECKS_FAILED if isinstance(error, ChecksFailed) else next((code for kind, code in _KINDS if isinstance(error, kind)), FAILED)
    # The serving processes say by themselves whether a port was the trouble (serve.ports).
    if (given := getattr(error, "exit_code", None)) is not None:
        code = CONFLICT if given == CONFLICT else CANNOT_OPEN
    return Failure(code, error.message or _PLAIN.get(code, "This did not work."), error.hint)


def _of_sqlite(error: sqlite3.Error) -> Failure:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _SQLITE:
        sentence, hint = _SQLITE[code]
        return Failure(FAILED if code == sqlite3.SQLITE_FULL else CANNOT_OPEN, sentence, hint)
    if "no such" in str(error):
        return Failure(CANNOT_OPEN, "The database is older than this version of vtclinic, or was never finished.", _UPGRADE)
    return Failure(FAILED, f"The database refused: {_first_line(error)}.", _UPGRADE)


def _of_system(error: OSError) -> Failure:
    what = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure(FAILED, "The disk is full.", _FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure(FAILED, f"This account may not read or write there{what}.", "Use the account that runs vtclinic, or another folder.")
    if error.errno == errno.ENOENT:
        return Failure(NOT_FOUND, f"There is no such file or folder{what}.", "Check the path.")
    return Failure(FAILED, f"{error.strerror or type(error).__name__}{what}.")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
