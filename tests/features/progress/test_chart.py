"""Charts: bands, cut-off, the arrow of a reliable change, sessions; versions and gaps are never joined, and a hint is no verdict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from vtclinic.core.errors import Invalid
from vtclinic.core.ids import new_id
from vtclinic.features.progress import chart, results, track
from vtclinic.features.progress.instruments import Change, ChangeKind, instrument
from vtclinic.features.progress.results import ScoreView, Series

START = datetime(2026, 9, 3, 9, 0, tzinfo=UTC)


def made(*totals, name="phq-9", versions=None, sessions=0):
    """A series with one result every second week."""
    pack = instrument(name)
    rows = [
        SimpleNamespace(total=total, taken_at=START + timedelta(weeks=2 * place), version=(versions or "1" * len(totals))[place], instrument=name, response_uid=new_id())
        for place, total in enumerate(totals)
    ]
    same = [row for row in rows if row.version == rows[-1].version and row.total is not None]
    change = None
    if len(same) > 1 and pack.change:
        size = rows[-1].total - same[0].total
        kind = ChangeKind.NONE if abs(size) < pack.change.reliable else ChangeKind.IMPROVED if size < 0 else ChangeKind.WORSE
        change = Change(kind, recovered=False, size=size)
    view = ScoreView(rows[-1].response_uid, name, name, rows[-1].total, pack.highest, "", same[0].total if len(same) > 1 else None, change, rows[-1].taken_at, None)
    return Series(pack, name, rows, view, [START + timedelta(weeks=week) for week in range(sessions)])


@pytest.fixture(autouse=True)
def _any_version(monkeypatch):
    monkeypatch.setattr(results.catalogue, "find", lambda name, version: replace(instrument(name), version=version))


@pytest.fixture(autouse=True)
def _words(app):
    with app.test_request_context(base_url="http://harbour.test"):
        yield


def test_a_chart_has_bands_cut_off_arrow_and_sessions_in_both_widths():
    wide, narrow = chart.draw(made(17, 15, 16, 12, 14, 9, sessions=11))
    for drawing in (wide, narrow):
        assert len(drawing.points) == 6 and len(drawing.lines) == 1 and len(drawing.shades) == 5
        assert [number for _y, number in drawing.marks] == [0, 5, 10, 15, 20, 27]
        assert drawing.cut[1] == "Cut-off: 10" and drawing.arrow.words == "8 lower" and len(drawing.sessions) == 11
        assert all(0 <= x <= drawing.frame.width for x in (*drawing.sessions, drawing.arrow.x, *(point.x for point in drawing.points)))
        assert [point.is_last for point in drawing.points] == [False] * 5 + [True]
        assert drawing.points[-1].y < chart.FLOOR and drawing.points[0].y < drawing.points[-1].y
    assert [shade.tone for shade in wide.shades] == [0, 1, 2, 3, 4]


def test_a_change_within_the_usual_ups_and_downs_has_no_arrow_and_a_rise_is_said():
    assert chart.draw(made(12, 8))[0].arrow is None
    assert chart.draw(made(8, 14))[0].arrow.words == "6 higher"


def test_two_versions_are_two_lines_and_an_unfinished_result_is_a_gap():
    drawing = chart.draw(made(17, 15, 12, 9, versions="1122"))[0]
    assert len(drawing.lines) == 2 and len(drawing.versions) == 1
    gap = chart.draw(made(17, 15, None, 12, 9))[0]
    assert len(gap.lines) == 2 and len(gap.points) == 4


def test_numbers_and_dates_that_would_touch_are_left_to_the_table():
    narrow = chart.draw(made(*[5, 6] * 20))[1]
    shown = [point for point in narrow.points if point.number_y]
    assert all(b.x - a.x >= 24 for a, b in pairwise(shown)) and shown[-1].is_last
    dated = [point for point in narrow.points if point.dated]
    assert all(b.x - a.x >= 54 for a, b in pairwise(dated)) and dated[-1].is_last


def test_one_point_has_no_line_and_none_has_no_chart():
    (drawing, _narrow) = chart.draw(made(7))
    assert len(drawing.points) == 1 and drawing.lines == []
    assert chart.draw(made(None)) == ()


def test_the_table_compares_each_version_with_its_own_start():
    rows = made(17, 15, 12, 9, versions="1122").rows
    assert [(row.total, change) for row, change in rows] == [(9, -3), (12, None), (15, -2), (17, None)]


@pytest.mark.parametrize(
    ("totals", "sessions", "words"),
    [
        ((8, 14), 1, "Reliably worse"),
        ((17, 15), 5, "No reliable change after 5 sessions"),
        ((17, 15), 4, ""),
        ((17, 9), 9, ""),
        ((6, 5), 9, ""),
        ((17,), 9, ""),
    ],
)
def test_a_hint_prompts_a_talk_and_gives_no_verdict(totals, sessions, words):
    told = track.hint(made(*totals, sessions=sessions), 5)
    assert told.startswith(words) and bool(told) is bool(words)
    assert not words or told.endswith("?")


def test_the_number_of_sessions_is_the_clinics_to_choose_from_4_to_6(people):
    ruth = people.admin()
    with people.inside():
        assert track.sessions_wanted() == 5
        track.choose_sessions(people.actor(ruth), 4)
        track.choose_sessions(people.actor(ruth), 6)
        assert track.sessions_wanted() == 6
        with pytest.raises(Invalid):
            track.choose_sessions(people.actor(ruth), 1)
