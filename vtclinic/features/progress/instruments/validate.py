"""Say in plain words what is wrong with an instrument's data pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from vtclinic.features.progress.instruments.reach import reachable
from vtclinic.features.progress.instruments.schema import Total, total_of
from vtclinic.features.progress.instruments.shape import Pack, shape_faults

LOINC_CODE = re.compile(r"^((?:LA)?\d+)-(\d)$")
ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")
VERSION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$")
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
LEVELS = {"same_day", "now"}
ATTESTATIONS = {"noncommercial"}
MOST_ITEMS, MOST_ANSWERS = 100, 25


def validate_pack(data: Pack) -> list[str]:
    """Return one sentence per fault; an empty list means the pack can be loaded."""
    steps: tuple[tuple[Callable[[Pack], Iterator[str]], ...], ...] = (
        (shape_faults,),
        (_names, _sizes),
        (_answers, _arithmetic),
        (_bands, _cutoffs, _change, _risk, _rule, _loinc),
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


def total_range(data: Pack) -> tuple[Total, Total]:
    """Return the smallest and the largest total the items can reach."""
    values = _values(data)
    return _total(data, sum(map(min, values))), _total(data, sum(map(max, values)))


def band_step(data: Pack) -> Total:
    """Return how far the end of one band lies below the start of the next."""
    return 0.01 if data.get("scoring") == "mean" else 1


def _values(data: Pack) -> list[list[int]]:
    """Return the points that each item's answers give."""
    given = [[answer["value"] for answer in item_answers(data, item)] for item in data["items"]]
    turned = [item.get("reverse", False) for item in data["items"]]
    return [[min(each) + max(each) - value for value in each] if turn else each for each, turn in zip(given, turned, strict=True)]


def _total(data: Pack, points: int) -> Total:
    return total_of(points, len(data["items"]), multiply=data.get("multiply", 1), scoring=data.get("scoring", "sum"))


def _names(data: Pack) -> Iterator[str]:
    if not ID.match(data["id"]):
        yield "id must be small letters, digits and dashes, at most 40."
    if not VERSION.match(data["version"]):
        yield "version must be letters, digits, dots and dashes, at most 20."
    if not LANGUAGE.match(data["language"]):
        yield "language must be a tag such as en or pt-BR."
    for where, key in (("bands", "levels"), ("cutoffs", "levels"), ("rule", "clusters")):
        ids = [entry["id"] for entry in data.get(where, {}).get(key, [])]
        yield from (f"{where}: {id} stands there twice." for id in sorted({id for id in ids if ids.count(id) > 1}))
        if where != "rule":
            yield from (f"{where}: the id {id[:40]} must be small letters, digits, dashes and underscores." for id in ids if not ID.match(id))


def _sizes(data: Pack) -> Iterator[str]:
    if len(data["items"]) > MOST_ITEMS:
        yield f"items: at most {MOST_ITEMS} are possible."
    for where, own in (("", data), *((f"items {number}: ", item) for number, item in enumerate(data["items"], 1))):
        if "answers" in own and "scale" in own:
            yield f"{where}answers and scale cannot stand together."
        scale = own.get("scale")
        if len(own.get("answers", [])) > MOST_ANSWERS or (scale and scale["to"] - scale["from"] >= MOST_ANSWERS):
            yield f"{where}at most {MOST_ANSWERS} answers are possible."


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
    if data.get("scoring", "sum") not in {"sum", "mean"}:
        yield "scoring must be sum or mean."
    if data.get("scoring", "sum") == "sum":
        yield from _broken_numbers(data)
    if data.get("attestation", "noncommercial") not in ATTESTATIONS:
        yield "attestation must be noncommercial."
    if len({item["text"] for item in data["items"]}) < len(data["items"]):
        yield "items: two of them have the same text."


def _broken_numbers(data: Pack) -> Iterator[str]:
    named = [("bands", level[key]) for level in data.get("bands", {}).get("levels", []) for key in ("from", "to") if key in level]
    named += [("cutoffs", level["at"]) for level in data.get("cutoffs", {}).get("levels", [])]
    named += [("change", data.get("change", {})[key]) for key in ("reliable", "recovery") if key in data.get("change", {})]
    yield from (f"{where}: {number} must be a whole number where points are added up." for where, number in named if not isinstance(number, int))


def _bands(data: Pack) -> Iterator[str]:
    if "bands" not in data:
        return
    levels = data["bands"]["levels"]
    starts = [level["from"] for level in levels]
    lowest, highest = total_range(data)
    if lowest == highest:
        yield "bands: every total is the same, so there is nothing to part."
    elif starts != sorted(set(starts)):
        yield "bands: the levels must rise, and no two may begin at the same total."
    elif starts[0] != lowest:
        yield f"bands: the first level must begin at {lowest}, the smallest total."
    elif starts[-1] > highest:
        yield f"bands: the last level begins above {highest}, the largest total."
    else:
        yield from _band_ends(data, levels, highest)
        yield from _empty_bands(data, starts)


def _band_ends(data: Pack, levels: list[Pack], highest: Total) -> Iterator[str]:
    ends = [round(level["from"] - band_step(data), 2) for level in levels[1:]] + [highest]
    for level, end in zip(levels, ends, strict=True):
        named = level.get("to", end)
        if named < end:
            yield f"bands: there is a gap after {level['id']}: it ends at {named}, and the next begins after {end}."
        elif named > end:
            yield f"bands: {level['id']} reaches into the next: it ends at {named}, and {end} is the last that is free."


def _empty_bands(data: Pack, starts: list[Total]) -> Iterator[str]:
    totals = {_total(data, points) for points in reachable(_values(data))}
    for level, start, end in zip(data["bands"]["levels"], starts, [*starts[1:], float("inf")], strict=True):
        if not any(start <= total < end for total in totals):
            yield f"bands: no total can reach {level['id']}."


def _cutoffs(data: Pack) -> Iterator[str]:
    lowest, highest = total_range(data)
    for level in data.get("cutoffs", {}).get("levels", []):
        if not lowest <= level["at"] <= highest:
            yield f"cutoffs: {level['id']} lies outside the totals {lowest} to {highest}."


def _change(data: Pack) -> Iterator[str]:
    lowest, highest = total_range(data)
    change = data.get("change")
    if change and change["reliable"] < band_step(data):
        yield f"change: reliable must be {band_step(data)} or more."
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
        elif _item_exists(data, number) and starts[-1] > max(_values(data)[number - 1]):
            yield f"risk: no answer to item {number} reaches {starts[-1]}."
    numbers = [entry["item"] for entry in data.get("risk", {}).get("items", [])]
    yield from (f"risk: item {number} stands there twice." for number in sorted({n for n in numbers if numbers.count(n) > 1}))


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
