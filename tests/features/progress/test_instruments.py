"""Shipped questionnaires: wording, scoring vectors, screens and risk."""

from __future__ import annotations

import pytest

from vtclinic.core.errors import Invalid, NotFound
from vtclinic.features.progress.instruments import Instrument, RiskLevel, instrument, load_packs, risk_of, score

ITEM_9 = "Thoughts that you would be better off dead or of hurting yourself in some way"


def answers(digits: str) -> dict[int, int | None]:
    return {number: None if digit == "-" else int(digit) for number, digit in enumerate(digits, 1)}


@pytest.mark.parametrize(
    ("digits", "total", "band", "risk"),
    [
        ("000000000", 0, "minimal", None),
        ("111100000", 4, "minimal", None),
        ("111110000", 5, "mild", None),
        ("111111111", 9, "mild", RiskLevel.SAME_DAY),
        ("222220000", 10, "moderate", None),
        ("333330000", 15, "moderately_severe", None),
        ("333333200", 20, "severe", None),
        ("333333333", 27, "severe", RiskLevel.NOW),
        ("000000001", 1, "minimal", RiskLevel.SAME_DAY),
        ("000000002", 2, "minimal", RiskLevel.NOW),
    ],
)
def test_phq_9_gives_the_published_total_band_and_risk(digits, total, band, risk):
    result = score(instrument("phq-9"), answers(digits))
    assert (result.total, result.band.id, result.risk, result.complete) == (total, band, risk, True)


@pytest.mark.parametrize(
    ("digits", "total", "band"),
    [
        ("0000000", 0, "minimal"),
        ("1111000", 4, "minimal"),
        ("1111100", 5, "mild"),
        ("2222100", 9, "mild"),
        ("2222200", 10, "moderate"),
        ("3333300", 15, "severe"),
        ("3333333", 21, "severe"),
    ],
)
def test_gad_7_gives_the_published_total_and_band(digits, total, band):
    result = score(instrument("gad-7"), answers(digits))
    assert (result.total, result.band.id, result.risk) == (total, band, None)


@pytest.mark.parametrize("id", ["phq-2", "gad-2"])
@pytest.mark.parametrize(("digits", "positive"), [("00", False), ("11", False), ("12", True), ("30", True), ("33", True)])
def test_a_short_screen_is_positive_from_three(id, digits, positive):
    assert score(instrument(id), answers(digits)).positive is positive


@pytest.mark.parametrize(
    ("digits", "total", "positive", "rule_met"),
    [
        ("2" * 20, 40, True, True),
        ("2" * 15 + "1" + "0" * 4, 31, True, False),
        ("1" * 20, 20, False, False),
        ("2" + "0" * 4 + "20" + "22" + "0" * 5 + "22" + "0" * 4, 12, False, True),
    ],
)
def test_pcl_5_applies_the_cut_off_and_the_dsm_rule_separately(digits, total, positive, rule_met):
    result = score(instrument("pcl-5"), answers(digits))
    assert (result.total, result.positive, result.rule_met, result.band) == (total, positive, rule_met, None)


@pytest.mark.parametrize(
    ("digits", "total", "women", "men"), [("120", 3, True, False), ("211", 4, True, True), ("110", 2, False, False)]
)
def test_audit_c_uses_the_line_the_person_named(digits, total, women, men):
    audit = instrument("audit-c")
    assert score(audit, answers(digits)).total == total
    assert score(audit, answers(digits), cutoff="women").positive is women
    assert score(audit, answers(digits), cutoff="men").positive is men


def test_audit_c_never_infers_which_line_applies():
    assert score(instrument("audit-c"), answers("444")).positive is None


def test_an_unknown_line_is_refused():
    with pytest.raises(Invalid):
        score(instrument("audit-c"), answers("444"), cutoff="other")


def test_session_check_runs_from_0_to_40_and_says_it_is_not_validated():
    check = instrument("session-check")
    assert (check.lowest, check.highest, check.validated) == (0, 40, False)
    assert score(check, {1: 10, 2: 10, 3: 9, 4: 8}).total == 37
    assert "not been validated" in check.notice


@pytest.mark.parametrize("digits", ["-00000000", "33333333-", "---------", ""])
def test_a_missing_answer_gives_no_total_and_the_state_incomplete(digits):
    result = score(instrument("phq-9"), answers(digits))
    assert (result.total, result.band, result.positive, result.complete) == (None, None, None, False)
    assert result.missing == tuple(number for number in range(1, 10) if answers(digits).get(number) is None)


def test_a_risk_answer_counts_while_other_answers_are_missing():
    assert score(instrument("phq-9"), {9: 1}).risk is RiskLevel.SAME_DAY
    assert score(instrument("phq-9"), {9: 3}).risk is RiskLevel.NOW


@pytest.mark.parametrize(
    ("value", "level"),
    [(None, None), (0, None), (1, RiskLevel.SAME_DAY), (2, RiskLevel.NOW), (3, RiskLevel.NOW)],
)
def test_one_saved_answer_to_item_9_says_how_soon_it_must_be_read(value, level):
    assert risk_of(instrument("phq-9"), 9, value) is level


@pytest.mark.parametrize("item", range(1, 9))
def test_no_other_phq_9_item_raises_risk(item):
    assert risk_of(instrument("phq-9"), item, 3) is None


@pytest.mark.parametrize("given", [{1: 4}, {1: -1}, {0: 1}, {10: 1}, {10: None}, {1: True}, {1: 1.0}, {1: "1"}])
def test_an_answer_the_form_does_not_have_is_refused(given):
    with pytest.raises(Invalid):
        score(instrument("phq-9"), given)


@pytest.mark.parametrize("id", ["phq-9", "gad-7", "phq-2", "gad-2"])
def test_the_zero_answer_reads_not_at_all(id):
    for item in instrument(id).items:
        assert [answer.text for answer in item.answers] == ["Not at all", "Several days", "More than half the days", "Nearly every day"]
        assert [answer.value for answer in item.answers] == [0, 1, 2, 3]


def test_phq_9_wording_is_the_published_wording():
    form = instrument("phq-9")
    assert form.stem == "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
    assert [item.text for item in form.items] == [
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "Trouble falling or staying asleep, or sleeping too much",
        "Feeling tired or having little energy",
        "Poor appetite or overeating",
        "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or restless"
        " that you have been moving around a lot more than usual",
        ITEM_9,
    ]


def test_gad_7_wording_is_the_published_wording():
    form = instrument("gad-7")
    assert form.stem == "Over the last 2 weeks, how often have you been bothered by the following problems?"
    assert [item.text for item in form.items] == [
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid as if something awful might happen",
    ]


@pytest.mark.parametrize(("short", "long"), [("phq-2", "phq-9"), ("gad-2", "gad-7")])
def test_a_short_form_asks_the_first_two_questions_of_the_long_one(short, long):
    assert [item.text for item in instrument(short).items] == [item.text for item in instrument(long).items[:2]]


def test_loinc_codes_are_those_of_the_panels():
    phq, gad, audit = instrument("phq-9"), instrument("gad-7"), instrument("audit-c")
    assert (phq.loinc.panel, phq.loinc.total) == ("44249-1", "44261-6")
    assert (gad.loinc.panel, gad.loinc.total) == ("69737-5", "70274-6")
    assert (audit.loinc.panel, audit.loinc.total) == ("72109-2", "75626-2")
    assert [item.loinc for item in phq.items] == (
        ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
    )
    assert [item.loinc for item in gad.items] == ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]
    assert [item.loinc for item in audit.items] == ["68518-0", "68519-8", "68520-6"]
    assert [answer.loinc for answer in phq.items[0].answers] == ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]


def test_only_free_instruments_ship_and_two_wait_for_a_promise():
    free = {name for name, pack in load_packs().items() if not pack.attestation}
    assert free == {"phq-9", "gad-7", "phq-2", "gad-2", "pcl-5", "audit-c", "session-check"}
    assert set(load_packs()) - free == {"who-5", "core-10"}


@pytest.mark.parametrize(
    ("digits", "total", "band", "positive"),
    [("33333", 60, "usual", False), ("22222", 40, "low", True), ("11122", 28, "very_low", True), ("00000", 0, "very_low", True), ("55555", 100, "usual", False)],
)
def test_who_5_counts_four_for_each_point_and_higher_is_better(digits, total, band, positive):
    result = score(instrument("who-5"), answers(digits))
    assert (result.total, result.band.id, result.positive) == (total, band, positive)


@pytest.mark.parametrize(
    ("digits", "total", "band", "risk"),
    [
        ("0000000000", 8, "below", None),
        ("0440000000", 0, "below", None),
        ("1441111111", 8, "below", RiskLevel.SAME_DAY),
        ("4004444444", 40, "severe", RiskLevel.NOW),
        ("1000010000", 10, "below", RiskLevel.SAME_DAY),
        ("2000010000", 11, "mild", RiskLevel.SAME_DAY),
        ("4000003000", 15, "moderate", None),
        ("4000044000", 20, "moderately_severe", RiskLevel.NOW),
        ("4440444441", 25, "severe", RiskLevel.NOW),
    ],
)
def test_core_10_turns_two_items_round_and_item_6_is_the_risk(digits, total, band, risk):
    result = score(instrument("core-10"), answers(digits))
    assert (result.total, result.band.id, result.risk, result.positive) == (total, band, risk, total >= 11)


@pytest.mark.parametrize(("id", "owner"), [("who-5", "© World Health Organization"), ("core-10", "© CORE System Trust")])
def test_a_non_commercial_pack_names_its_owner_and_licence(id, owner):
    assert owner in instrument(id).notice and instrument(id).licence in instrument(id).notice


@pytest.mark.parametrize("form", load_packs().values(), ids=lambda form: form.id)
def test_every_shipped_pack_names_its_licence_notice_and_sources(form: Instrument):
    assert form.licence
    assert form.notice
    assert form.source
    assert bool(form.bands) == bool(form.bands_source)
    assert bool(form.cutoffs) == bool(form.cutoffs_source)
    if form.loinc:
        assert "Regenstrief" in form.loinc.notice


def test_an_unknown_questionnaire_is_not_found():
    with pytest.raises(NotFound):
        instrument("epds")
