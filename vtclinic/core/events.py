"""News that travels upward: typed events, handled at once and in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
_handlers: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[E], handler: Callable[[E], None]) -> None:
    """Call `handler` for each event of `kind`; a second subscription of the same handler changes nothing."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def publish(event: object) -> None:
    """Hand an event to its handlers; what they raise undoes the whole unit of work."""
    for handler in _handlers[type(event)]:
        handler(event)
