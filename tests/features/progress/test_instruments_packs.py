"""The pack format: what it can carry, and what it refuses in plain words."""

from __future__ import annotations

import copy
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtclinic.features.progress.instruments import PackError, build, load_pack, load_packs, score, validate_pack
from vtclinic.features.progress.instruments.loader import PACKS

PHQ_9 = tomllib.loads((PACKS / "phq-9.toml").read_text(encoding="utf-8"))


def made_up(count: int, **more) -> dict:
    """A pack with placeholder wording: licensed wording does not ship, its arithmetic must still work."""
    highest = more.pop("highest")
    return {
        "id": "made-up",
        "version": "1",
        "name": "Made up",
        "title": "Made up",
        "language": "en",
        "licence": "none",
        "notice": "none",
        "source": "none",
        "validated": False,
        "stem": "Stem",
        "scale": {"from": 0, "to": highest, "low": "Low", "high": "High"},
        "items": [{"text": f"Question {number}"} for number in range(1, count + 1)],
        **more,
    }


@pytest.mark.parametrize(
    ("digits", "total", "band", "positive"),
    [("33333", 60, "fair", False), ("22222", 40, "low", True), ("11122", 28, "likely_depression", True)],
)
def test_a_multiplied_scale_where_higher_is_better(digits, total, band, positive):
    levels = [
        {"id": "likely_depression", "text": "Likely depression", "from": 0},
        {"id": "low", "text": "Low", "from": 29},
        {"id": "fair", "text": "Fair", "from": 51},
    ]
    cutoffs = {"source": "x", "levels": [{"id": "low", "text": "Low", "at": 50}]}
    data = made_up(5, highest=5, multiply=4, better="higher", bands={"source": "x", "levels": levels}, cutoffs=cutoffs)
    assert validate_pack(data) == []
    result = score(build(data), {number: int(digit) for number, digit in enumerate(digits, 1)})
    assert (result.total, result.band.id, result.positive) == (total, band, positive)


def test_two_reversed_items_make_ten_zeros_eight():
    data = made_up(10, highest=4)
    data["items"][1]["reverse"] = data["items"][2]["reverse"] = True
    assert validate_pack(data) == []
    assert score(build(data), dict.fromkeys(range(1, 11), 0)).total == 8


@given(st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=9, max_size=9))
def test_a_total_is_the_sum_or_nothing(values):
    form = load_packs()["phq-9"]
    result = score(form, dict(enumerate(values, 1)))
    assert result.complete is (None not in values)
    assert result.total == (None if None in values else sum(values))
    assert (result.risk is not None) is bool(values[8])
    assert (result.band is not None) is result.complete


@pytest.mark.parametrize("form", load_packs().values(), ids=lambda form: form.id)
def test_bands_cover_every_total_once(form):
    if form.bands:
        for total in range(form.lowest, form.highest + 1):
            assert sum(band.low <= total <= band.high for band in form.bands) == 1


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_pack_is_valid_and_named_after_its_file(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert validate_pack(data) == []
    assert data["id"] == path.stem


def without(key):
    def change(data):
        del data[key]

    return change


def put(value, *path):
    def change(data):
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("licence"), "licence is missing."),
        (put("", "notice"), "notice must not be empty."),
        (put(1, "version"), "version must be text."),
        (put("x", "colour"), "colour is not a key here."),
        (put([], "items"), "items must not be empty."),
        (put("sideways", "better"), "better must be lower or higher."),
        (put(0, "multiply"), "multiply must be 1 or more."),
        (put({"text": ""}, "items", 0), "items 1: text must not be empty."),
        (put(1, "items", 0, "weight"), "items 1: weight is not a key here."),
        (put([{"value": 0, "text": "No"}], "items", 0, "answers"), "items 1 needs at least two answers."),
        (put("1", "answers", 1, "value"), "answers 2: value must be a whole number."),
        (put(0, "answers", 1, "value"), "items 1: two answers have the same value."),
        (put({"from": 3, "to": 1, "low": "Low", "high": "High"}, "items", 0, "scale"), "items 1 needs at least two answers."),
        (put({"from": 3, "to": 1, "high": "High"}, "scale"), "scale: low is missing."),
        (put("", "bands", "source"), "bands: source must not be empty."),
        (put(1, "bands", "levels", 0, "from"), "bands: the first level must begin at 0, the smallest total."),
        (put(40, "bands", "levels", 4, "from"), "bands: the last level begins above 27, the largest total."),
        (put(2, "bands", "levels", 2, "from"), "bands: the levels must rise, and no two may begin at the same total."),
        (put([], "bands", "levels"), "bands: levels must not be empty."),
        (put(5, "bands", "levels", 1, "to"), "bands: there is a gap after mild: it ends at 5, and the next begins after 9."),
        (put(12, "bands", "levels", 1, "to"), "bands: mild reaches into the next: it ends at 12, and 9 is the last that is free."),
        (put("mild", "bands", "levels", 3, "id"), "bands: mild stands there twice."),
        (put("Very bad", "bands", "levels", 3, "id"), "bands: the id Very bad must be small letters"),
        (put(5.5, "bands", "levels", 1, "from"), "bands: 5.5 must be a whole number where points are added up."),
        (put(float("nan"), "bands", "levels", 1, "from"), "bands: levels 2: from must be a number."),
        (put(float("inf"), "change", "reliable"), "change: reliable must be a number."),
        (put("PHQ 9", "id"), "id must be small letters, digits and dashes, at most 40."),
        (put("x" * 21, "version"), "version must be letters, digits, dots and dashes, at most 20."),
        (put("english", "language"), "language must be a tag such as en or pt-BR."),
        (put("product", "scoring"), "scoring must be sum or mean."),
        (put("payment", "attestation"), "attestation must be noncommercial."),
        (put(" \n", "title"), "title must not be empty."),
        (put("x" * 2001, "stem"), "stem is too long."),
        (put([{"text": f"Question {n}"} for n in range(201)], "items"), "items is too long."),
        (put([{"text": f"Question {n}"} for n in range(101)], "items"), "items: at most 100 are possible."),
        (put({"from": 0, "to": 9999, "low": "Low", "high": "High"}, "items", 0, "scale"), "items 1: at most 25 answers are possible."),
        (put(10**30, "answers", 1, "value"), "answers 2: value is too large."),
        (put("Feeling tired or having little energy", "items", 0, "text"), "items: two of them have the same text."),
        (put(7, "risk", "items", 0, "steps", 1, "from"), "risk: no answer to item 9 reaches 7."),
        (
            put({"source": "x", "levels": [{"id": "a", "text": "A", "at": 99}]}, "cutoffs"),
            "cutoffs: a lies outside the totals 0 to 27.",
        ),
        (put({"source": "x"}, "cutoffs"), "cutoffs: levels is missing."),
        (put(0, "change", "reliable"), "change: reliable must be 1 or more."),
        (put(99, "change", "recovery"), "change: recovery must lie within the totals 0 to 27."),
        (put(12, "risk", "items", 0, "item"), "risk names item 12, which does not exist."),
        (put("soon", "risk", "items", 0, "steps", 0, "level"), "risk: the level of item 9 must be same_day or now."),
        (put(9, "risk", "items", 0, "steps", 0, "from"), "risk: the steps of item 9 must rise."),
        (put({"source": "x", "id": "r", "present_from": 2}, "rule"), "rule: clusters is missing."),
        (
            put({"source": "x", "id": "r", "present_from": 2, "clusters": [{"id": "B", "items": [77], "need": 1}]}, "rule"),
            "rule: cluster B names an item that does not exist.",
        ),
        (put("44250-8", "items", 0, "loinc"), "44250-8 is not a LOINC code: its check digit is wrong."),
        (put("", "loinc", "notice"), "loinc: notice must not be empty."),
        (without("loinc"), "LOINC codes need a loinc table with panel, total and the LOINC notice."),
        (
            put({"source": "x", "id": "r", "present_from": 2, "clusters": [{"id": "B", "items": [1], "need": 2}]}, "rule"),
            "rule: cluster B can never be met",
        ),
    ],
)
def test_a_fault_is_named_in_plain_words(change, sentence):
    data = copy.deepcopy(PHQ_9)
    change(data)
    assert any(fault.startswith(sentence) for fault in validate_pack(data)), validate_pack(data)


@given(
    st.dictionaries(
        st.sampled_from([*PHQ_9, "cutoffs", "rule", "scale"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["source", "levels", "items", "steps", "clusters", "from", "id"]), inner, max_size=3),
            max_leaves=6,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_damage_is_reported_or_harmless_never_a_crash(damage):
    data = copy.deepcopy(PHQ_9) | damage
    if not validate_pack(data):
        build(data)


def test_a_faulty_file_is_refused_with_its_name(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text('id = "broken"\n', encoding="utf-8")
    with pytest.raises(PackError, match=r"^broken\.toml: version is missing\."):
        load_pack(path)


def test_a_file_that_is_not_toml_is_refused_with_its_name(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(PackError, match=r"^broken\.toml is not valid TOML"):
        load_pack(path)


def test_two_packs_of_one_name_are_refused(tmp_path):
    text = (PACKS / "phq-2.toml").read_text(encoding="utf-8")
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match="already called phq-2"):
        load_packs(tmp_path)


def test_a_mean_has_decimals_and_its_bands_too():
    levels = [{"id": "low", "text": "Low", "from": 0}, {"id": "high", "text": "High", "from": 2.5}]
    data = made_up(3, highest=4, scoring="mean", bands={"source": "x", "levels": levels})
    assert validate_pack(data) == []
    form = build(data)
    assert (form.lowest, form.highest, form.bands[0].high) == (0, 4, 2.49)
    assert [score(form, {1: 2, 2: 2, 3: last}).total for last in (3, 4)] == [2.33, 2.67]
    assert [score(form, {1: 2, 2: 2, 3: last}).band.id for last in (3, 4)] == ["low", "high"]


def test_a_band_that_no_total_can_reach_is_named():
    levels = [{"id": "low", "text": "Low", "from": 0}, {"id": "odd", "text": "Odd", "from": 1}, {"id": "high", "text": "High", "from": 4}]
    data = made_up(2, highest=2, multiply=4, bands={"source": "x", "levels": levels})
    assert validate_pack(data) == ["bands: no total can reach odd."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = " + "[" * 5000, "not valid TOML|nested too deeply"),
        ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("x" * 300_000, "larger than 256 kB"),
        ("x = " + "9" * 5000, "not valid TOML"),
    ],
)
def test_a_hostile_file_is_refused_with_its_name(text, sentence, tmp_path):
    path = tmp_path / "hostile.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=rf"^hostile\.toml.*({sentence})"):
        load_pack(path)


def test_the_largest_pack_there_can_be_is_checked_in_no_time():
    answers = [{"value": value * 400, "text": str(value)} for value in range(25)]
    data = made_up(100, highest=1, bands={"source": "x", "levels": [{"id": "all", "text": "All", "from": 0}]})
    del data["scale"]
    data["answers"] = answers
    before = time.process_time()
    assert validate_pack(data) == []
    assert time.process_time() - before < 2
