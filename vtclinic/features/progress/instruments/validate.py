"""Say in plain words what is wrong with an instrument's data pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from vtclinic.features.progress.instruments.shape import Pack, shape_faults

LOINC_CODE = re.compile(r"^((?:LA)?\d+)-(\d)$")
LEVELS = {"same_day", "now"}


def validate_pack(data: Pack) -> list[str]:
    """Return one sentence per fault; an empty list means the pack can be loaded."""
    steps: tuple[tuple[Callable[[Pack], Iterator[str]], ...], ...] = (
        (shape_faults,),
        (_answers,),
        (_arithmetic, _bands, _cutoffs, _change, _risk, _rule, _loinc),
    )
    for checks in steps:
        faults = [fault for check in checks for fault in check(data)]
        if faults:
            return faults
    return []


def item_answers(data: Pack, item: Pack) -> list[Pack]:
    """Return the answers of an item as value and text: its own, or the pack's; a scale spells out its numbers."""
    own = item if "answers" in item or "scale" in item else data
    if "answers" in own:
        return list(own["answers"])
    scale = own.get("scale")
    return [{"value": value, "text": str(value)} for value in range(scale["from"], scale["to"] + 1)] if scale else []


def total_range(data: Pack) -> tuple[int, int]:
    """Return the smallest and the largest total the items can reach."""
    values = [[answer["value"] for answer in item_answers(data, item)] for item in data["items"]]
    multiply = data.get("multiply", 1)
    return multiply * sum(map(min, values)), multiply * sum(map(max, values))


def _answers(data: Pack) -> Iterator[str]:
    for number, item in enumerate(data["items"], 1):
        answers = item_answers(data, item)
        if len(answers) < 2:
            yield f"items {number} needs at least two answers."
        elif len({answer["value"] for answer in answers}) < len(answers):
            yield f"items {number}: two answers have the same value."


def _arithmetic(data: Pack) -> Iterator[str]:
    if data.get("better", "lower") not in {"lower", "higher"}:
        yield "better must be lower or higher."
    if data.get("multiply", 1) < 1:
        yield "multiply must be 1 or more."


def _bands(data: Pack) -> Iterator[str]:
    if "bands" not in data:
        return
    starts = [level["from"] for level in data["bands"]["levels"]]
    lowest, highest = total_range(data)
    if starts != sorted(set(starts)):
        yield "bands: the levels must rise, and no two may begin at the same total."
    elif starts[0] != lowest:
        yield f"bands: the first level must begin at {lowest}, the smallest total."
    elif starts[-1] > highest:
        yield f"bands: the last level begins above {highest}, the largest total."


def _cutoffs(data: Pack) -> Iterator[str]:
    lowest, highest = total_range(data)
    for level in data.get("cutoffs", {}).get("levels", []):
        if not lowest <= level["at"] <= highest:
            yield f"cutoffs: {level['id']} lies outside the totals {lowest} to {highest}."


def _change(data: Pack) -> Iterator[str]:
    lowest, highest = total_range(data)
    change = data.get("change")
    if change and change["reliable"] < 1:
        yield "change: reliable must be 1 or more."
    if change and not lowest <= change.get("recovery", lowest) <= highest:
        yield f"change: recovery must lie within the totals {lowest} to {highest}."


def _risk(data: Pack) -> Iterator[str]:
    for entry in data.get("risk", {}).get("items", []):
        number, steps = entry["item"], entry["steps"]
        starts = [step["from"] for step in steps]
        if not _item_exists(data, number):
            yield f"risk names item {number}, which does not exist."
        if not {step["level"] for step in steps} <= LEVELS:
            yield f"risk: the level of item {number} must be same_day or now."
        if starts != sorted(set(starts)):
            yield f"risk: the steps of item {number} must rise."


def _rule(data: Pack) -> Iterator[str]:
    for cluster in data.get("rule", {}).get("clusters", []):
        if not all(_item_exists(data, number) for number in cluster["items"]):
            yield f"rule: cluster {cluster['id']} names an item that does not exist."
        if not 1 <= cluster["need"] <= len(set(cluster["items"])):
            yield f"rule: cluster {cluster['id']} can never be met: need must lie between 1 and its number of items."


def _loinc(data: Pack) -> Iterator[str]:
    coded = [*data["items"], *(answer for item in data["items"] for answer in item_answers(data, item))]
    codes = {entry["loinc"] for entry in coded if "loinc" in entry}
    if codes and "loinc" not in data:
        yield "LOINC codes need a loinc table with panel, total and the LOINC notice."
    codes |= {data["loinc"]["panel"], data["loinc"]["total"]} if "loinc" in data else set()
    for code in sorted(codes):
        if not _loinc_code(code):
            yield f"{code} is not a LOINC code: its check digit is wrong."


def _loinc_code(code: str) -> bool:
    """Return whether the check digit is right: Luhn, in which a letter counts as its character code minus 48."""
    match = LOINC_CODE.match(code)
    if match is None:
        return False
    values = [ord(character) - 48 for character in reversed(match[1])]
    total = sum(2 * value - 9 * (value // 5) if place % 2 == 0 else value for place, value in enumerate(values))
    return -total % 10 == int(match[2])


def _item_exists(data: Pack, number: int) -> bool:
    return 1 <= number <= len(data["items"])
