"""Many open databases: the ones asked last keep what they read, the others rest."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from vtclinic.core.database import WARM, Engines


@pytest.fixture
def engines():
    made = Engines(WARM + 10)
    yield made
    made.dispose()


def asked(engines, url):
    """Ask a database something, and return what its connection is told from then on."""
    heard = []
    with engines.get(url).connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.connection.dbapi_connection.set_trace_callback(heard.append)
    heard.clear()
    return heard


def test_a_database_gives_its_pages_back_once_enough_others_were_asked(engines, tmp_path):
    urls = [f"sqlite:///{tmp_path / str(number)}.db" for number in range(WARM + 1)]
    first, *others = [asked(engines, url) for url in urls]
    assert first == ["PRAGMA shrink_memory"]
    assert not any(others)


def test_a_database_that_is_asked_again_and_again_keeps_them(engines, tmp_path):
    hot = f"sqlite:///{tmp_path / 'hot'}.db"
    heard = asked(engines, hot)
    for number in range(2 * WARM):
        asked(engines, f"sqlite:///{tmp_path / str(number)}.db")
        engines.get(hot)
    assert heard == []


def test_a_resting_database_answers_as_before(engines, tmp_path):
    urls = [f"sqlite:///{tmp_path / str(number)}.db" for number in range(WARM + 1)]
    for url in urls:
        asked(engines, url)
    with engines.get(urls[0]).connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
