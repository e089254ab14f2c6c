"""Work that happens after the answer: named jobs whose arguments are ids and nothing else.

A job is queued after its unit of work commits, runs in its clinic's scope, is tried again with growing pauses, and may run twice.
"""

from __future__ import annotations

import inspect
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from huey.api import Task, TaskWrapper
from huey.consumer import Consumer
from huey.exceptions import CancelExecution
from huey.signals import SIGNAL_ERROR

from vtclinic.core import clock, uow
from vtclinic.core.errors import NotFound, NoUnitOfWork, Unavailable
from vtclinic.core.queue import JobQueue, open_queue
from vtclinic.core.settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE = 15  # seconds; the next pauses are 3, 9, 27… times as long: five retries reach half an hour
PAUSE_GROWTH = 3
RECOVER_SECONDS = 10
ID = re.compile(r"[a-z0-9][a-z0-9:._-]{0,79}")

JobFunction = Callable[..., object]
F = TypeVar("F", bound=JobFunction)
ScopeRunner = Callable[[str], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Job:
    """One kind of work; `per_clinic` when its function takes a clinic."""

    name: str
    run: JobFunction
    retries: int
    per_clinic: bool
    seconds: float = 0.0


@dataclass
class _Wiring:
    queue: JobQueue | None = None
    task: TaskWrapper | None = None
    scope: ScopeRunner | None = None
    clinics: Callable[[], Iterable[str]] = tuple
    ticks: dict[str, int] = field(default_factory=dict)


_jobs: dict[str, Job] = {}
_wiring = _Wiring()


def job(name: str, *, retries: int = 5) -> Callable[[F], F]:
    """Register a function as the job `name`; the function stays callable."""
    return lambda run: _register(run, name, retries=retries, seconds=0.0)


def periodic(name: str, *, seconds: float) -> Callable[[F], F]:
    """Register a job that is queued every `seconds`: once for each clinic when its function takes `clinic`, else once."""
    return lambda run: _register(run, name, retries=0, seconds=seconds)


def _register(run: F, name: str, *, retries: int, seconds: float) -> F:
    known = _jobs.get(name)
    if known is not None and known.run.__module__ != run.__module__:
        raise ValueError(f"two jobs are called {name}")
    _jobs[name] = Job(name, run, retries, per_clinic="clinic" in inspect.signature(run).parameters, seconds=seconds)
    return run


def set_scope_runner(runner: ScopeRunner) -> None:
    """Say how a job enters its clinic: a context manager made from the clinic's slug, raising NotFound when it is gone."""
    _wiring.scope = runner


def set_clinic_lister(lister: Callable[[], Iterable[str]]) -> None:
    """Say which clinics (slugs) periodic work is queued for."""
    _wiring.clinics = lister


def configure(settings: Settings) -> None:
    """Open the queue that this process uses, in place of one opened before."""
    close()
    queue = open_queue(settings.home, settings.redis_url)
    queue.signal(SIGNAL_ERROR)(_note_failure)
    _wiring.queue, _wiring.task, _wiring.ticks = queue, queue.task(name="run")(_run), {}


def close() -> None:
    """Close the queue, if one is open."""
    if _wiring.queue is not None:
        _wiring.queue.storage.close()
        _wiring.queue = _wiring.task = None


def enqueue(name: str, *, clinic: str | None = None, **ids: object) -> None:
    """Queue a job once the current unit of work has committed, or at once outside one.

    Raises TypeError for an argument that is no id: what a person wrote never enters the queue.
    """
    known = _jobs[name]
    if known.per_clinic != (clinic is not None):
        raise TypeError(f"the job {name} {'needs' if known.per_clinic else 'takes no'} clinic")
    plain = {key: _plain(key, value) for key, value in ids.items()}
    try:
        uow.after_commit(lambda: _push(known, clinic, plain))
    except NoUnitOfWork:
        _push(known, clinic, plain)


def _plain(key: str, value: object) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and ID.fullmatch(value):
        return value
    raise TypeError(f"the job argument {key} must be an id")


def _queue() -> JobQueue:
    if _wiring.queue is None:
        raise Unavailable("The job queue is not open.", hint="Call jobs.configure(settings) first.")
    return _wiring.queue


def _push(known: Job, clinic: str | None, ids: dict[str, str | int | None]) -> None:
    queue = _queue()
    task: Task = _wiring.task.s(known.name, clinic, ids)  # type: ignore[union-attr] # set together with the queue
    task.retries, task.retry_delay, task.retry_backoff = known.retries, FIRST_PAUSE, PAUSE_GROWTH
    queue.enqueue(task)


def _run(name: str, clinic: str | None, ids: dict[str, Any]) -> None:
    known = _jobs.get(name)
    if known is None:
        raise LookupError("this version knows no such job")
    if clinic is None:
        known.run(**ids)
        return
    if _wiring.scope is None:
        raise Unavailable("No scope runner is set.")
    with ExitStack() as stack:
        try:
            stack.enter_context(_wiring.scope(clinic))
        except NotFound:
            # The clinic was erased while its job waited; another try cannot help.
            raise CancelExecution(retry=False) from None
        known.run(clinic=clinic, **ids)


def _note_failure(_signal: str, task: Task, error: BaseException | None = None) -> None:
    name, clinic, _ids = task.args
    log.warning("job failed", extra={"job": name, "clinic": clinic, "error": type(error).__name__, "retries_left": task.retries})


def ping() -> None:
    """Raise Unavailable when the queue does not answer."""
    try:
        _queue().storage.ping()
    except Exception as error:
        raise Unavailable("The job queue does not answer.") from error


def waiting() -> int:
    """Count jobs that wait to run now."""
    return int(_queue().storage.queue_size())


def drain(limit: int = 1000) -> int:
    """Run what waits, here and now (tests and one-off commands); return how many jobs ran."""
    queue, count = _queue(), 0
    while count < limit and queue.storage.queue_size():
        task = queue.dequeue()
        if task is None:
            break
        queue.execute(task)
        count += 1
    return count


def tick(now: float | None = None) -> None:
    """Queue the periodic work that is due; of several workers one does it."""
    moment = clock.now().timestamp() if now is None else now
    for known in [each for each in _jobs.values() if each.seconds]:
        turn = int(moment // known.seconds)
        last = _wiring.ticks.get(known.name)
        if turn == last:
            continue
        _wiring.ticks[known.name] = turn
        storage = _queue().storage
        if storage.put_if_empty(f"tick:{known.name}:{turn}", b"1"):
            storage.delete_data(f"tick:{known.name}:{last}")
            for clinic in list(_wiring.clinics()) if known.per_clinic else [None]:
                _push(known, clinic, {})


def run_worker(*, threads: int, stop_after: float = 10.0) -> None:
    """Work until SIGTERM or SIGINT; jobs that run then get `stop_after` seconds to finish."""
    queue = _queue()
    ended = threading.Event()
    consumer = Consumer(
        queue,
        workers=threads,
        periodic=False,
        initial_delay=0.05,
        max_delay=0.5,
        worker_type="thread",
        graceful_signal="TERM",
        shutdown_timeout=stop_after,
    )
    ticker = threading.Thread(target=_keep_time, args=(ended,), name="periodic", daemon=True)
    ticker.start()
    try:
        consumer.run()
    finally:
        ended.set()
        ticker.join(5)
        close()


def _keep_time(ended: threading.Event) -> None:
    recovered = 0.0
    while not ended.is_set():
        try:
            if time.monotonic() - recovered >= RECOVER_SECONDS:
                recovered = time.monotonic()
                _queue().storage.keep_alive()
                if count := _queue().storage.recover():
                    log.warning("jobs of a lost worker were put back", extra={"count": count})
            tick()
        except Exception:
            log.exception("periodic work could not be queued")
        ended.wait(1.0)
