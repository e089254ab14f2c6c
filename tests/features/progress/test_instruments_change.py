"""Reliable change, recovery, and the refusal to compare what cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from vtclinic.core.errors import Invalid
from vtclinic.features.progress.instruments import Better, ChangeKind, VersionsDiffer, instrument, reliable_change, score


@dataclass(frozen=True)
class Stored:
    """A result as a database row would carry it."""

    total: int | None
    instrument: str = "phq-9"
    version: str = "1"


@pytest.mark.parametrize(
    ("id", "baseline", "now", "kind", "recovered"),
    [
        ("phq-9", 15, 9, "improved", True),
        ("phq-9", 12, 8, "none", False),
        ("phq-9", 8, 14, "worse", False),
        ("phq-9", 15, 10, "none", False),
        ("phq-9", 20, 14, "improved", False),
        ("phq-9", 9, 3, "improved", False),
        ("phq-9", 16, 10, "improved", False),
        ("phq-9", 10, 10, "none", False),
        ("gad-7", 11, 7, "improved", True),
        ("gad-7", 12, 8, "improved", False),
        ("gad-7", 10, 7, "none", False),
        ("gad-7", 5, 9, "worse", False),
        ("pcl-5", 40, 30, "improved", False),
        ("pcl-5", 40, 31, "none", False),
        ("pcl-5", 30, 40, "worse", False),
        ("who-5", 40, 52, "improved", False),
        ("who-5", 40, 48, "none", False),
        ("who-5", 60, 48, "worse", False),
        ("core-10", 17, 10, "improved", True),
        ("core-10", 17, 11, "improved", False),
        ("core-10", 14, 9, "none", False),
        ("core-10", 10, 16, "worse", False),
    ],
)
def test_change_is_reliable_from_the_published_size(id, baseline, now, kind, recovered):
    change = reliable_change(instrument(id), Stored(baseline, id), Stored(now, id))
    assert (change.kind, change.recovered, change.size) == (ChangeKind(kind), recovered, now - baseline)


def test_scores_compare_like_stored_results():
    form = instrument("phq-9")
    worse, better = score(form, dict.fromkeys(range(1, 10), 2)), score(form, dict.fromkeys(range(1, 10), 1))
    assert reliable_change(form, worse, better).recovered


@pytest.mark.parametrize("id", ["phq-2", "gad-2", "audit-c", "session-check"])
def test_without_a_published_rule_there_is_no_verdict(id):
    assert reliable_change(instrument(id), Stored(4, id), Stored(0, id)) is None


@pytest.mark.parametrize("id", ["phq-9", "phq-2"])
@pytest.mark.parametrize("other", [Stored(5, version="2"), Stored(5, "gad-7")])
def test_other_versions_and_instruments_are_never_compared(id, other):
    form = instrument(id)
    with pytest.raises(VersionsDiffer):
        reliable_change(form, Stored(12, id), other)
    with pytest.raises(VersionsDiffer):
        reliable_change(form, other, Stored(12, id))


def test_an_incomplete_result_is_not_compared():
    with pytest.raises(Invalid):
        reliable_change(instrument("phq-9"), Stored(None), Stored(3))


def test_where_higher_is_better_a_rise_is_an_improvement():
    form = replace(instrument("phq-9"), better=Better.HIGHER)
    assert reliable_change(form, Stored(4), Stored(12)).kind is ChangeKind.IMPROVED
    assert reliable_change(form, Stored(4), Stored(12)).recovered
    assert reliable_change(form, Stored(12), Stored(4)).kind is ChangeKind.WORSE
