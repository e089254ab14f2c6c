"""Logs as JSON lines on stderr that can be shown to anyone: what happened and when, never who or with which words.

A record keeps its template, not the arguments put into it; an error keeps its kind and its places, not its message;
and only the fields named in FIELDS leave the process.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

FIELDS = frozenset(
    {
        *("event", "level", "logger", "process", "pid", "time"),
        *("method", "endpoint", "status", "ms", "request_id"),
        *("job", "clinic", "error", "places", "retries_left", "attempt", "seconds", "count", "state", "kind"),
        *("child", "port", "code", "signal", "version", "workers"),
    }
)
REQUEST_ID = re.compile(r"[0-9a-f]{16,64}")
# These say for each packet or statement what was in it; only their warnings are wanted.
TALKATIVE = ("engineio", "socketio", "sqlalchemy", "werkzeug", "huey", "alembic", "urllib3")
# Asked every few seconds by machines.
UNTOLD = ("static", "tenants.alive", "tenants.ready")
# huey reports a failing job with its arguments; core.jobs reports it without.
MUTED = ("huey",)

access = structlog.get_logger("access")


def configure(process: str, level: str = "info") -> None:
    """Send every record of this process through the filter to stderr."""
    chain: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, structlog.processors.TimeStamper(fmt="iso", key="time")]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _Named(process), structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processors=[_keep_safe, *final]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in MUTED:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(True)


class _Named:
    """Adds which process of the instance speaks."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = self._process
        return event


def _keep_safe(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reduce a record to its template, its allowed fields and the places of its error."""
    record = event.get("_record")
    kept = {key: value for key, value in event.items() if key in FIELDS or key.startswith("_")}
    if record is not None and event.get("_from_structlog") is False:
        kept["event"] = _template(record)
        kept |= {key: value for key, value in vars(record).items() if key in FIELDS and key not in _RECORD_KEYS}
    raised = sys.exc_info() if event.get("exc_info") is True else event.get("exc_info")
    if isinstance(raised, tuple) and raised[1] is not None:
        kept["error"] = type(raised[1]).__name__
        kept["places"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(raised[2])[-12:]]
    return kept


def _template(record: logging.LogRecord) -> str:
    """The message before its arguments; without arguments, libraries' messages may be finished text and are not shown.

    Flask itself puts the path into one, and its application's logger is called as this package is.
    """
    if isinstance(record.msg, str) and (record.args or record.name.startswith("vtclinic.")):
        return record.msg
    return f"message of {record.module}:{record.lineno}"


_RECORD_KEYS = frozenset(vars(logging.makeLogRecord({})))


def install(app: Flask) -> None:
    """Write one line for each answer: method, endpoint's name (a path may hold a token), status, milliseconds, request id."""
    # First of all, so that requests refused by another hook have an id too.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    g.request_began = time.perf_counter()


def _finish(response: Response) -> Response:
    # A request that failed while its host was looked up never began.
    began = g.get("request_began", time.perf_counter())
    response.headers["X-Request-Id"] = identity = g.get("request_id", uuid4().hex)
    if request.endpoint not in UNTOLD:
        access.info(
            "request",
            method=request.method,
            endpoint=request.endpoint or "none",
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
            request_id=identity,
        )
    return response
