"""Connections go round in turn, however many ask."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.system import until
from vtclinic.core.database import open_engine
from vtclinic.core.pool import PoolInTurn


def pool(size=1, timeout=30.0):
    return PoolInTurn(lambda: sqlite3.connect(":memory:", check_same_thread=False), pool_size=size, max_overflow=0, timeout=timeout)


def test_who_gives_a_connection_back_and_asks_again_is_served_after_who_waits():
    one, served, waiting = pool(), [], []
    held = one.connect()

    def ask(name):
        connection = one.connect()
        served.append(name)
        connection.close()

    for number in range(4):
        waiting.append(threading.Thread(target=ask, args=(number,)))
        waiting[-1].start()
        until(lambda number=number: len(one._pool._waiting) == number + 1, what="the thread in the line")
    held.close()
    ask("came last")
    for thread in waiting:
        thread.join(10)
    assert served == [0, 1, 2, 3, "came last"]


def test_who_waited_too_long_leaves_the_line_to_the_others():
    one = pool(timeout=0.01)
    held = one.connect()
    with pytest.raises(PoolTimeout):
        one.connect()
    held.close()
    one.connect().close()
    assert not one._pool._waiting


def test_a_crowd_shares_few_connections_and_all_come_back():
    few, left = pool(size=3), threading.Barrier(24)

    def work():
        left.wait(10)
        for _ in range(50):
            few.connect().close()

    crowd = [threading.Thread(target=work) for _ in range(24)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(30)
    assert (few.checkedout(), len(few._pool._waiting)) == (0, 0)


def test_postgresql_is_reached_through_it():
    engine = open_engine("postgresql+psycopg://nobody@/none")
    assert isinstance(engine.pool, PoolInTurn)
    engine.dispose()
