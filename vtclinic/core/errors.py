"""One tree of errors; services raise them and only the edges translate them."""

from __future__ import annotations


class ClinicError(Exception):
    """Say what happened in a person's words; `hint` says what to do next."""

    status = 500

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(ClinicError):
    """A setting is unknown, missing or wrong: start-up stops."""


class KeyUnavailable(ClinicError):
    """A key that should open this data is missing, wrong or destroyed."""


class NoScope(ClinicError):
    """Clinic data was asked for outside any clinic's scope."""


class NoUnitOfWork(ClinicError):
    """The database was used outside a unit of work."""


class ReadOnlyUnit(ClinicError):
    """A unit of work opened for reading tried to write."""


class Invalid(ClinicError):
    """Input cannot be taken; `fields` maps a field's name to its sentence."""

    status = 422

    def __init__(self, message: str = "", *, fields: dict[str, str] | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.fields = fields or {}


class SignInNeeded(ClinicError):
    """Nobody is signed in, or the sign-in is too old for this act."""

    status = 401


class Forbidden(ClinicError):
    """This role may not do this at all."""

    status = 403


class NotFound(ClinicError):
    """There is no such thing, or it is not this person's to see."""

    status = 404


class Conflict(ClinicError):
    """Somebody or something was faster."""

    status = 409


class Gone(ClinicError):
    """It existed, and it was ended on purpose (a used link, a withdrawn offer)."""

    status = 410


class TooMany(ClinicError):
    """Too many tries; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str = "", *, retry_after: int = 60, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Unavailable(ClinicError):
    """It should work and does not right now; trying later is right."""

    status = 503


class ClinicSuspended(Unavailable):
    """The clinic is paused as a whole; help-now still works."""
