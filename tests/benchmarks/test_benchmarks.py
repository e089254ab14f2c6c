"""Each benchmark runs, in a small size, and says what it should; how fast is measured by the benchmarks, not here."""

from __future__ import annotations

import json
from functools import cache

import pytest
from click.testing import CliRunner

from benchmarks import booking, matching, pages, reminders, risk_language, slots, start, storm, tenants, weight
from vtclinic.cli import bench as cli

# What the issue asks for, by the benchmark that measures it.
LIMITS = {
    "booking": [0, 0, 0, 0, 0, 0, 0, 0],
    "matching": [20.0, 2.0, 0, 0.9, 0.0, 0.0, 0.2, 1.25, 0],
    "pages": [2.0, 2.0, 2.0, 2.0, 8, 8, 8, 8],
    "reminders": [50.0, 5, 0],
    "risk-language": [0.95, 0.8, 0.05, 400, 8],
    "slots": [25.0, 2.5, 8],
    "start": [4.0, 170.0, 120.0],
    "storm": [3.0],
    "tenants": [1.3, 10.0, 60.0],
    "weight": [150.0, 70.0, 14.0],
}
SMALL = {
    "booking": lambda: booking.run(bookers=6, many=12, slots=4, peer=False),
    "matching": lambda: matching.run(cohorts=40, people=40, therapists=12, alone=100, years=1),
    "pages": lambda: pages.run(requests=4, rounds=1, warm_up=2),
    "reminders": lambda: reminders.run(appointments=300, due=5),
    "risk-language": lambda: risk_language.run(rounds=1),
    "slots": lambda: slots.run(therapists=4, years=1, rounds=2),
    "start": lambda: start.run(starts=1),
    "storm": lambda: storm.run(requests=8, rounds=1),
    "tenants": lambda: tenants.run(clinics=3, requests=6, rounds=1),
    "weight": weight.run,
}


@cache
def small(name):
    """Run a benchmark once, in its small size."""
    return SMALL[name]()


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_benchmark_measures_everything_that_is_asked_of_it(name):
    found = small(name)
    assert found["name"] == name
    assert [check["limit"] for check in found["checks"]] == LIMITS[name]
    for check in found["checks"]:
        assert check["ok"] == (check["value"] >= check["limit"] if check.get("least") else check["value"] <= check["limit"])
    assert found["figures"]
    json.dumps(found)


@pytest.fixture(scope="module")
def page_checks():
    return {check["name"]: check for check in small("pages")["checks"] if "queries" in check["name"]}


@pytest.mark.parametrize("name", ["patient-home", "therapist-day", "message-thread", "match-result"])
def test_each_page_asks_at_most_eight_queries(name, page_checks):
    assert len(page_checks) == 4
    assert page_checks[f"{name}: queries, 10 or 100 rows"]["ok"]


def test_the_list_names_every_benchmark():
    done = CliRunner().invoke(cli.bench, ["list", "--json"])
    assert done.exit_code == 0, done.output
    named = json.loads(done.output.strip().splitlines()[-1])
    assert {row["name"] for row in named} == set(LIMITS)
    assert all(row["about"] for row in named)
