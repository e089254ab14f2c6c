"""Live signals to open browsers: ids and numbers only; the browser then fetches what it may see.

Every event is handled in the clinic's scope, in one unit of work, by an actor looked up anew, exactly like a request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from flask import Flask, g, request
from flask_socketio import SocketIO, disconnect, join_room

from vtclinic.core.bus import Bus
from vtclinic.core.errors import ClinicError
from vtclinic.core.i18n import gettext, locale_scope
from vtclinic.core.policy import Actor
from vtclinic.core.scope import ClinicScope, current_clinic, enter_scope
from vtclinic.core.uow import after_commit, unit_of_work
from vtclinic.core.web import edge

log = logging.getLogger(__name__)
Handler = Callable[[Actor, dict[str, Any]], dict[str, Any]]
MAX_BYTES = 64 * 1024


class Emitter(Protocol):
    """Something that carries a signal to a room."""

    def __call__(self, room: str, event: str, payload: dict[str, Any]) -> None:
        """Carry it."""


def _nobody(room: str, event: str, payload: dict[str, Any]) -> None:
    """Drop the signal: this process has neither browsers nor a bus."""


@dataclass
class _Wires:
    emit: Emitter = _nobody
    handlers: dict[str, tuple[Handler, bool]] = field(default_factory=dict)
    people: dict[str, tuple[ClinicScope, UUID]] = field(default_factory=dict)


_wires = _Wires()


def set_emitter(emit: Emitter) -> None:
    """Say how this process carries signals (web: its own browsers and the bus; worker: the bus)."""
    _wires.emit = emit


def publish(room: str, event: str, payload: dict[str, Any]) -> None:
    """Signal a room after the current unit of work commits. `payload`: ids and numbers, never words."""
    after_commit(lambda: _wires.emit(room, event, payload))


def user_room(uid: UUID) -> str:
    """Name the room of one person's open browsers in the current clinic."""
    return f"{current_clinic().uid}:user:{uid}"


def on(event: str, handler: Handler, *, write: bool = True) -> None:
    """Answer a browser's event with `handler(actor, data)`; its dict is the acknowledgement."""
    _wires.handlers[event] = (handler, write)


def attach(app: Flask, *, async_mode: str, redis_url: str, bus: Bus | None) -> SocketIO:
    """Serve Socket.IO beside the pages of `app`."""
    sio = SocketIO(
        app,
        async_mode=async_mode,
        message_queue=redis_url or None,
        manage_session=False,
        cors_allowed_origins=None,
        max_http_buffer_size=MAX_BYTES,
        ping_interval=25,
        ping_timeout=20,
    )

    def emit(room: str, event: str, payload: dict[str, Any]) -> None:
        sio.emit(event, payload, to=room)
        if bus is not None and not redis_url:
            bus.send(room, event, payload)

    set_emitter(emit)
    sio.on_event("connect", _connect)
    sio.on_event("disconnect", _disconnect)
    for name, (handler, write) in _wires.handlers.items():
        sio.on_event(name, _wrapped(handler, write))
    return sio


def worker_emitter(redis_url: str, bus: Bus | None) -> Emitter:
    """Return the emitter of a process that serves no browsers."""
    if redis_url:
        remote = SocketIO(message_queue=redis_url, write_only=True)
        return lambda room, event, payload: remote.emit(event, payload, to=room)
    if bus is None:
        return _nobody
    return bus.send


def sweep_sockets(sio: SocketIO, still_live: Callable[[UUID], bool]) -> int:
    """Cut off browsers whose session was ended meanwhile; returns how many. The web process calls it twice a minute."""
    gone = []
    by_clinic: dict[UUID, tuple[ClinicScope, list[tuple[str, UUID]]]] = {}
    for sid, (clinic, session_uid) in list(_wires.people.items()):
        by_clinic.setdefault(clinic.uid, (clinic, []))[1].append((sid, session_uid))
    for clinic, entries in by_clinic.values():
        with enter_scope(clinic), unit_of_work(write=False):
            gone += [sid for sid, session_uid in entries if not still_live(session_uid)]
    for sid in gone:
        sio.server.disconnect(sid)
    return len(gone)


def _connect(auth: Any = None) -> bool:
    clinic = _clinic()
    if clinic is None:
        return False
    with enter_scope(clinic), unit_of_work(write=False):
        who, _ = edge().load_clinic_actor()
        if not who.known or who.session_uid is None or edge().next_step(who) is not None:
            return False
        join_room(user_room(_uid(who)))
        _wires.people[_sid()] = (clinic, who.session_uid)
    return True


def _disconnect(*_: Any) -> None:
    _wires.people.pop(_sid(), None)


def _wrapped(handler: Handler, write: bool) -> Callable[..., dict[str, Any]]:
    def answer(data: Any = None) -> dict[str, Any]:
        clinic = _clinic()
        if clinic is None or not isinstance(data, dict):
            return {"ok": False}
        with enter_scope(clinic), locale_scope(clinic.locale, clinic.timezone):
            try:
                return _run(handler, data, write)
            except ClinicError as error:
                return {"ok": False, "status": error.status, "message": error.message or gettext("This did not work. What you wrote is still here. Try again.")}
            except Exception as error:
                log.error("socket event failed", extra={"kind": type(error).__name__})
                return {"ok": False, "status": 500, "message": gettext("This did not work. What you wrote is still here. Try again.")}

    return answer


def _run(handler: Handler, data: dict[str, Any], write: bool) -> dict[str, Any]:
    with unit_of_work(write=write):
        who, reader = edge().load_clinic_actor()
        if not who.known or edge().next_step(who) is not None:
            disconnect()
            return {"ok": False, "status": 401, "message": gettext("You are signed out. Sign in and go on.")}
        g.actor = who
        if reader is None:
            return {"ok": True} | handler(who, data)
        with locale_scope(reader.locale, reader.timezone):
            return {"ok": True} | handler(who, data)


def _clinic() -> ClinicScope | None:
    found: ClinicScope | None = request.environ.get("vt.clinic")
    return found if found is not None and found.state == "active" else None


def _sid() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]
    return sid


def _uid(who: Actor) -> UUID:
    assert who.uid is not None
    return who.uid
