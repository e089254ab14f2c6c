"""What the word list finds and what it lets lie, on made-up messages of which half were never used to write it."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._report import Report
from vtclinic.features.crisis.language import scan

MESSAGES = Path(__file__).parent / "data" / "risk_language.txt"
CLAIM = "synthetic; no clinical validity"
EXPLICIT, VEILED, FALSE_ALERTS = 0.95, 0.80, 0.05
FEWEST_MESSAGES, STRATA = 400, 8
ORDINARY = "ordinary"
ROUNDS = 20


@dataclass(frozen=True)
class Message:
    """One made-up message: its group, whether somebody should read it soon, and which half it is in."""

    group: str
    alert: bool
    text: str

    @property
    def held_out(self) -> bool:
        """Tell whether it is in the half that the lexicon was not written with: by the parity of its hash, for good."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


def messages() -> list[Message]:
    """Read the data file."""
    found: list[Message] = []
    group, alert = "", False
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            group, _, expected = line[3:].partition(": ")
            alert = expected == "alert"
        elif line and not line.startswith("#"):
            found.append(Message(group, alert, line))
    return found


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Scan both halves; the gates are those of the held-out half alone."""
    report, listed = Report("risk-language"), messages()
    strata = Counter(message.group for message in listed if message.group != ORDINARY)
    held = _shares([message for message in listed if message.held_out])
    tuned = _shares([message for message in listed if not message.held_out])
    report.figures["claim"] = CLAIM
    report.figures["messages"] = len(listed)
    report.figures["held_out"] = sum(message.held_out for message in listed)
    for group, (found, total) in held.items():
        report.figures[f"{group}, held out: alerts"] = f"{found} of {total}"
        report.figures[f"{group}, tuning half: alerts"] = f"{tuned[group][0]} of {tuned[group][1]}"
    report.figures["microseconds_per_message"] = round(_microseconds(listed, rounds), 1)
    report.figures["microseconds_per_8000_letters"] = round(_microseconds([Message("", False, _long(listed))], rounds), 1)
    report.at_least("recall, explicit, held out", _share(held["explicit"]), EXPLICIT)
    report.at_least("recall, veiled, held out", _share(held["veiled"]), VEILED)
    report.at_most("false alerts, ordinary text, held out", _share(held[ORDINARY]), FALSE_ALERTS)
    report.at_least("messages in the strata", sum(strata.values()), FEWEST_MESSAGES)
    report.at_least("strata", len(strata), STRATA)
    return report.as_dict()


def _shares(listed: list[Message]) -> dict[str, tuple[int, int]]:
    """Return, for each group, how many of its messages raise something, and how many there are."""
    total = Counter(message.group for message in listed)
    found = Counter(message.group for message in listed if scan(message.text).hits)
    return {group: (found[group], count) for group, count in total.items()}


def _share(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1]


def _long(listed: list[Message]) -> str:
    """Return one message as long as messaging takes."""
    return " ".join(message.text for message in listed if message.group == ORDINARY)[:8000]


def _microseconds(listed: list[Message], rounds: int) -> float:
    began = time.process_time()
    for _round in range(rounds):
        for message in listed:
            scan(message.text)
    return (time.process_time() - began) / (rounds * len(listed)) * 1e6
