"""Sending over the live connection: stored first, then acknowledged with the message's number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from vtclinic.core import sockets
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor
from vtclinic.features.messaging import service


def register() -> None:
    """Answer the browser's events."""
    sockets.on("message.send", send)


def send(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    """Store a message. The acknowledgement is {uid, seq, again}; the same `client_id` never makes a second one."""
    body, client_id = data.get("body"), data.get("client_id")
    sent = service.send_message(actor, _uuid(data.get("thread")), body if isinstance(body, str) else "", client_id if isinstance(client_id, str) else "")
    return {"uid": str(sent.uid), "seq": sent.seq, "again": sent.again}


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        raise NotFound() from None
