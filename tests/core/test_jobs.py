"""Jobs: queued after the commit, in their clinic's scope, tried again, and never lost with a killed worker."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from tests.system import until
from vtclinic.core import jobs
from vtclinic.core.errors import NotFound
from vtclinic.core.settings import Settings


@pytest.fixture
def wiring(monkeypatch):
    """The module's wiring, put back after the test."""
    monkeypatch.setattr(jobs, "_wiring", jobs._Wiring())
    monkeypatch.setattr(jobs, "_jobs", {})
    entered: list[str] = []

    @contextmanager
    def scope(slug: str) -> Iterator[None]:
        if slug == "gone":
            raise NotFound()
        entered.append(slug)
        yield
        entered.append(f"left {slug}")

    jobs.set_scope_runner(scope)
    return SimpleNamespace(entered=entered)


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def settings(request, tmp_path):
    """Settings of each kind of queue."""
    if request.param == "sqlite":
        return Settings(home=tmp_path)
    url = request.getfixturevalue("redis_url")
    return Settings(home=tmp_path, redis_url=url)


@pytest.fixture
def queue(wiring, settings):
    """An open, empty queue."""
    jobs.configure(settings)
    yield jobs._wiring.queue
    jobs._wiring.queue.storage.flush_all()
    jobs.close()


def test_a_job_runs_once_in_its_clinics_scope_with_ids_alone(queue, wiring):
    seen = []

    @jobs.job("thread.remind")
    def remind(*, clinic: str, thread: str) -> None:
        seen.append((clinic, UUID(thread)))

    uid = uuid4()
    jobs.enqueue("thread.remind", clinic="riverside", thread=uid)
    assert jobs.waiting() == 1
    assert jobs.drain() == 1
    assert seen == [("riverside", uid)]
    assert wiring.entered == ["riverside", "left riverside"]
    assert jobs.drain() == 0


@pytest.mark.parametrize("words", ["I feel low", "maria@example.org", "Maria", {"a": 1}, 1.5])
def test_words_never_enter_the_queue(queue, words):
    @jobs.job("thread.remind")
    def remind(*, clinic: str, thread: str) -> None:
        raise AssertionError

    with pytest.raises(TypeError):
        jobs.enqueue("thread.remind", clinic="riverside", thread=words)
    assert jobs.waiting() == 0


def test_a_failing_job_is_tried_again_after_growing_pauses(queue):
    tried = []

    @jobs.job("mail.deliver", retries=2)
    def deliver(*, clinic: str) -> None:
        tried.append(clinic)
        raise ConnectionError("no server")

    jobs.enqueue("mail.deliver", clinic="riverside")
    jobs.drain()
    assert len(tried) == 1
    assert queue.storage.schedule_size() == 1
    for pause in (jobs.FIRST_PAUSE, jobs.FIRST_PAUSE * jobs.PAUSE_GROWTH):
        queue.read_schedule(queue._get_timestamp() + timedelta(seconds=pause - 2))
        assert jobs.waiting() == 0
        queue.read_schedule(queue._get_timestamp() + timedelta(seconds=pause + 2))
        task = queue.dequeue()
        task.eta = None
        queue.execute(task)
    assert len(tried) == 3
    assert queue.storage.schedule_size() == 0


def test_the_job_of_an_erased_clinic_is_dropped(queue):
    @jobs.job("mail.deliver")
    def deliver(*, clinic: str) -> None:
        raise AssertionError("must not run")

    jobs.enqueue("mail.deliver", clinic="gone")
    jobs.drain()
    assert jobs.waiting() == 0
    assert queue.storage.schedule_size() == 0


def test_periodic_work_is_queued_once_for_each_clinic_however_many_workers_tick(queue):
    ran = []
    jobs.set_clinic_lister(lambda: ["hill", "riverside"])

    @jobs.periodic("mail.sweep", seconds=60)
    def sweep(*, clinic: str) -> None:
        ran.append(clinic)

    @jobs.periodic("instance.tidy", seconds=60)
    def tidy() -> None:
        ran.append("instance")

    jobs.tick(now=6000.0)
    jobs._wiring.ticks.clear()  # a second worker
    jobs.tick(now=6030.0)
    jobs.drain()
    assert sorted(ran) == ["hill", "instance", "riverside"]
    jobs.tick(now=6061.0)
    jobs.drain()
    assert len(ran) == 6


def test_ping_says_when_the_queue_is_gone(wiring, tmp_path):
    with pytest.raises(jobs.Unavailable):
        jobs.ping()
    jobs.configure(Settings(home=tmp_path))
    jobs.ping()
    jobs.close()


WORKER = """
    import sys, time
    from contextlib import nullcontext
    from pathlib import Path
    from vtclinic.core import jobs
    from vtclinic.core.settings import Settings

    home = Path(sys.argv[1])

    @jobs.job("slow.work")
    def slow(*, clinic: str, number: int) -> None:
        with (home / "began").open("a") as file:
            file.write(f"{number}\\n")
        while (home / "hold").exists():
            time.sleep(0.01)
        with (home / "done").open("a") as file:
            file.write(f"{number}\\n")

    jobs.set_scope_runner(lambda slug: nullcontext())
    jobs.configure(Settings(home=home, redis_url=sys.argv[2]))
    jobs.run_worker(threads=2)
"""


@contextmanager
def running_worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process; killed at the end of the block if it still runs."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(WORKER), str(settings.home), settings.redis_url], cwd=root, env=os.environ | {"PYTHONPATH": str(root)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


@pytest.mark.crash
def test_a_killed_worker_loses_no_job(queue, settings, monkeypatch):
    jobs.job("slow.work")(lambda *, clinic, number: None)
    home = settings.home
    (home / "hold").touch()
    for number in range(5):
        jobs.enqueue("slow.work", clinic="riverside", number=number)
    with running_worker(settings) as worker:
        until(lambda: len(lines(home / "began")) == 2, what="two jobs begun")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert jobs.waiting() == 3
    (home / "hold").unlink()
    if settings.redis_url:
        for lease in queue.storage.conn.scan_iter("huey.lease.*"):
            queue.storage.conn.delete(lease)  # thirty seconds pass
    with running_worker(settings) as worker:
        until(lambda: set(lines(home / "done")) == {"0", "1", "2", "3", "4"}, what="every job done")
        worker.terminate()
        assert worker.wait(15) == 0


def test_a_job_that_runs_when_the_worker_is_asked_to_stop_is_finished(queue, settings):
    jobs.job("slow.work")(lambda *, clinic, number: None)
    home = settings.home
    (home / "hold").touch()
    jobs.enqueue("slow.work", clinic="riverside", number=1)
    with running_worker(settings) as worker:
        until(lambda: lines(home / "began") == ["1"], what="the job begun")
        worker.terminate()
        (home / "hold").unlink()
        assert worker.wait(15) == 0
    assert lines(home / "done") == ["1"]
    assert queue.storage.recover() == 0


def test_the_queue_file_is_private_and_holds_no_pickle(wiring, tmp_path):
    jobs.configure(Settings(home=tmp_path))
    jobs.job("thread.remind")(lambda *, clinic, thread: None)
    jobs.enqueue("thread.remind", clinic="riverside", thread=uuid4())
    assert (tmp_path / "queue.db").stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "queue.db") as connection:
        data = bytes(connection.execute("select data from task").fetchone()[0])
    connection.close()
    assert data.startswith(b'{"message":')
    jobs.close()
