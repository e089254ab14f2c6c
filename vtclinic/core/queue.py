"""The job queue's storage: a job leaves the queue only when it is done, so a killed worker loses nothing.

huey deletes a job as it hands it out. These storages move it to a shelf of the worker that took it instead, in the same step;
whoever finds a shelf without a living owner puts its jobs back. A job may therefore run twice and must be idempotent.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from huey.api import Huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import RedisStorage, SqliteStorage

LOCK_PATIENCE = 5.0
LEASE_SECONDS = 30
MOVE_DUE = """
local due = redis.call('zrangebyscore', KEYS[1], '-inf', ARGV[1])
for _, data in ipairs(due) do redis.call('lpush', KEYS[2], data) end
if #due > 0 then redis.call('zremrangebyscore', KEYS[1], '-inf', ARGV[1]) end
return #due
"""


class JsonSerializer(Serializer):
    """Jobs as JSON: readable by an administrator, and a forged queue file cannot run code as pickle would."""

    def _serialize(self, data: Any) -> bytes:
        if isinstance(data, Message):
            fields = {name: value for name, value in data._asdict().items() if value is not None}
            if "eta" in fields:
                fields["eta"] = fields["eta"].isoformat()
            data = {"message": fields}
        return json.dumps(data, separators=(",", ":")).encode()

    def _deserialize(self, data: bytes) -> Any:
        value = json.loads(bytes(data))
        if not (isinstance(value, dict) and "message" in value):
            return value
        fields = value["message"]
        if "eta" in fields:
            fields["eta"] = datetime.fromisoformat(fields["eta"])
        return Message(**fields)


class JobQueue(Huey):
    """A huey queue that settles a job on its shelf after it ran."""

    def execute(self, task: Any, timestamp: datetime | None = None) -> Any:
        """Run one job; a stop in the middle leaves it on the shelf."""
        value = super().execute(task, timestamp)
        self.storage.settle()
        return value


class SqliteQueueStorage(SqliteStorage):
    """Queue, schedule and shelves in one SQLite file on this host."""

    begin_sql = "begin immediate"
    ddl = [
        *SqliteStorage.ddl,
        "create table if not exists shelf (id integer primary key autoincrement, queue text not null, data blob not null, owner text not null)",
    ]

    def __init__(self, name: str, *, filename: str, run_folder: Path) -> None:
        self._owner = ShelfOwner(run_folder)
        self._held = threading.local()
        # The C library's own busy-wait would stall every green thread, so `_begin` waits instead.
        super().__init__(name, filename=filename, timeout=0.05)

    @contextmanager
    def db(self, commit: bool = False, close: bool = False) -> Iterator[Any]:
        """Open a cursor; with `commit`, in a transaction that waits for the file's lock without blocking other green threads."""
        with self.lock:
            cursor = self.conn.cursor()
            try:
                if commit:
                    self._begin(cursor)
                yield cursor
            except BaseException:
                if self.conn.in_transaction:
                    self.conn.rollback()
                raise
            else:
                if commit:
                    self.conn.commit()
            finally:
                cursor.close()
                if close:
                    self.conn.close()
                    self._conn = None

    def _begin(self, cursor: Any) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                cursor.execute(self.begin_sql)
            except self.operational_error as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def dequeue(self) -> bytes | None:
        """Move the next job to this process's shelf and return it."""
        if not self.queue_size():
            return None
        with self.db(commit=True) as cursor:
            found = cursor.execute("select id, data from task where queue = ? order by priority desc, id limit 1", (self.name,)).fetchone()
            if found is None:
                return None
            cursor.execute("delete from task where id = ?", (found[0],))
            cursor.execute("insert into shelf (queue, data, owner) values (?, ?, ?)", (self.name, found[1], self._owner.name))
            self._held.row = cursor.lastrowid
        return bytes(found[1])

    def settle(self) -> None:
        """Forget the job that this thread took last."""
        row = getattr(self._held, "row", None)
        if row is not None:
            self.sql("delete from shelf where id = ?", (row,), commit=True)
            self._held.row = None

    def recover(self) -> int:
        """Put jobs of dead workers back; return how many."""
        owners = [owner for (owner,) in self.sql("select distinct owner from shelf where queue = ?", (self.name,), results=True)]
        gone = [owner for owner in owners if self._owner.is_gone(owner)]
        count = 0
        with self.db(commit=True) as cursor:
            for owner in gone:
                cursor.execute("insert into task (queue, data) select queue, data from shelf where owner = ? order by id", (owner,))
                count += cursor.execute("delete from shelf where owner = ?", (owner,)).rowcount
        for owner in gone:
            self._owner.forget(owner)
        return count

    def keep_alive(self) -> None:
        """Nothing to do: the kernel drops the owner's lock when the process ends."""

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Move due jobs to the queue in one transaction; huey's own way would drop them if killed between its two steps."""
        due = (self.name, ts.timestamp())
        if self.sql("select 1 from schedule where queue = ? and timestamp <= ? limit 1", due, results=True):
            with self.db(commit=True) as cursor:
                cursor.execute("insert into task (queue, data) select queue, data from schedule where queue = ? and timestamp <= ? order by timestamp, id", due)
                cursor.execute("delete from schedule where queue = ? and timestamp <= ?", due)
        return []

    def ping(self) -> None:
        """Raise when the file cannot be read."""
        self.queue_size()

    def close(self) -> bool:
        """Close the file and give up this process's shelf."""
        self._owner.release()
        return bool(super().close())


class ShelfOwner:
    """A process's name on its shelf, alive as long as it holds a file lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._guard = threading.Lock()
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"

    @property
    def name(self) -> str:
        with self._guard:
            if self._lock is None:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._lock = os.open(self._path(self._name), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._name

    def is_gone(self, owner: str) -> bool:
        """Whether that process ended, however it ended."""
        if owner == self._name:
            return False
        try:
            handle = os.open(self._path(owner), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    def forget(self, owner: str) -> None:
        self._path(owner).unlink(missing_ok=True)

    def release(self) -> None:
        """Die on purpose: what is still on the shelf may be put back."""
        with self._guard:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
                self.forget(self._name)

    def _path(self, owner: str) -> Path:
        return self._folder / f"shelf-{owner}.lock"


class RedisQueueStorage(RedisStorage):
    """Queue, schedule and shelves in Redis, for workers on several hosts; an owner lives while its lease does."""

    def __init__(self, name: str, *, url: str) -> None:
        super().__init__(name, url=url, read_timeout=1)
        self._owner = secrets.token_hex(8)
        self._shelf = f"huey.shelf.{self.name}."
        self._lease = f"huey.lease.{self.name}."
        self._held = threading.local()
        self._move_due = self.conn.register_script(MOVE_DUE)

    def dequeue(self) -> bytes | None:
        """Move the next job to this process's shelf and return it."""
        data = self.conn.blmove(self.queue_key, self._shelf + self._owner, self.read_timeout, "RIGHT", "LEFT")
        self._held.data = data
        return data

    def settle(self) -> None:
        """Forget the job that this thread took last."""
        data = getattr(self._held, "data", None)
        if data is not None:
            self.conn.lrem(self._shelf + self._owner, 1, data)
            self._held.data = None

    def recover(self) -> int:
        """Put jobs of workers whose lease ran out back; return how many."""
        self.keep_alive()
        count = 0
        for shelf in list(self.conn.scan_iter(self._shelf + "*")):
            owner = shelf.decode().removeprefix(self._shelf)
            while not self.conn.exists(self._lease + owner) and self.conn.lmove(shelf, self.queue_key, "RIGHT", "RIGHT"):
                count += 1
        return count

    def keep_alive(self) -> None:
        """Renew this process's lease; call it well within LEASE_SECONDS."""
        self.conn.set(self._lease + self._owner, 1, ex=LEASE_SECONDS)

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Move due jobs to the queue in one step."""
        self._move_due(keys=[self.schedule_key, self.queue_key], args=[self.convert_ts(ts)])
        return []

    def ping(self) -> None:
        """Raise when the server does not answer."""
        self.conn.ping()

    def close(self) -> None:
        """Close the connections and let the lease go."""
        self.conn.delete(self._lease + self._owner)
        self.conn.close()
        self.pool.disconnect()


def open_queue(home: Path, redis_url: str) -> JobQueue:
    """Open this installation's queue: in Redis when there is one, else in `queue.db`."""
    shared = {"results": False, "utc": True, "serializer": JsonSerializer()}
    if redis_url:
        return JobQueue("vtclinic", storage_class=RedisQueueStorage, url=redis_url, **shared)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    queue = JobQueue("vtclinic", storage_class=SqliteQueueStorage, filename=str(home / "queue.db"), run_folder=home / "run", **shared)
    with suppress(OSError):
        (home / "queue.db").chmod(0o600)
    return queue
