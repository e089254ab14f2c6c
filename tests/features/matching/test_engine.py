"""Each hard constraint, the choices, their reasons, and what to relax when nobody fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from vtclinic.core.errors import Invalid
from vtclinic.features.matching.engine import (
    AgeBand,
    Constraint,
    Decider,
    Licence,
    PatientNeeds,
    Reason,
    Risk,
    TherapistOffer,
    Track,
    Unmet,
    Violation,
    Weights,
    age_band,
    match,
    violations,
)

TODAY = date(2026, 11, 22)
NEEDS = PatientNeeds(
    uid=UUID(int=1),
    on=TODAY,
    place="US-CA",
    languages=frozenset({"en"}),
    age_band=AgeBand.ADULT,
    formats=frozenset({"video"}),
    musts={"gender": frozenset({"woman"})},
)
OFFER = TherapistOffer(
    uid=UUID(int=100),
    licences=(Licence("US-CA", TODAY, verified=True),),
    languages=frozenset({"en", "es"}),
    age_bands=frozenset({AgeBand.ADULT}),
    formats=frozenset({"video", "chat"}),
    capacity=10,
    traits={"gender": frozenset({"woman"})},
)


def words(*values: str) -> frozenset[str]:
    return frozenset(values)


def offers(count: int, **more) -> list[TherapistOffer]:
    return [replace(OFFER, uid=UUID(int=100 + number), **more) for number in range(count)]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"licences": ()}, Violation(Constraint.LICENCE)),
        ({"licences": (Licence("US-NY", TODAY, verified=True),)}, Violation(Constraint.LICENCE)),
        ({"licences": (Licence("US-CA", TODAY - timedelta(days=1), verified=True),)}, Violation(Constraint.LICENCE)),
        ({"licences": (Licence("US-CA", TODAY, verified=False),)}, Violation(Constraint.LICENCE)),
        ({"licences": (Licence("US-C", TODAY, verified=True),)}, Violation(Constraint.LICENCE)),
        ({"languages": words("es")}, Violation(Constraint.LANGUAGE)),
        ({"age_bands": frozenset({AgeBand.TEEN, AgeBand.OLDER})}, Violation(Constraint.AGE)),
        ({"caseload": 10}, Violation(Constraint.CAPACITY)),
        ({"capacity": 0}, Violation(Constraint.CAPACITY)),
        ({"formats": words("chat")}, Violation(Constraint.FORMAT)),
        ({"blocked": frozenset({NEEDS.uid})}, Violation(Constraint.BLOCKED)),
        ({"traits": {"gender": words("man")}}, Violation(Constraint.MUST, "gender")),
        ({"traits": {}}, Violation(Constraint.MUST, "gender")),
    ],
)
def test_each_hard_constraint_keeps_out_by_its_name(change, broken):
    offer = replace(OFFER, **change)
    assert violations(NEEDS, OFFER) == ()
    assert violations(NEEDS, offer) == (broken,)
    assert match(NEEDS, [offer]).choices == ()


@pytest.mark.parametrize(("needed", "held", "fits"), [(0, 0, True), (1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True)])
def test_risk_needs_a_therapist_competent_to_hold_it(needed, held, fits):
    broken = violations(replace(NEEDS, risk=Risk(needed)), replace(OFFER, risk=Risk(held)))
    assert broken == (() if fits else (Violation(Constraint.RISK),))


def test_a_patient_may_block_a_therapist_too():
    assert violations(replace(NEEDS, blocked=frozenset({OFFER.uid})), OFFER) == (Violation(Constraint.BLOCKED),)


@pytest.mark.parametrize(
    ("licensed", "place", "fits"),
    [("DE", "DE", True), ("DE", "DE-BY", True), ("DE-BY", "DE", False), ("D", "DE", False), ("US-NY", "US-CA", False)],
)
def test_a_countrys_licence_covers_its_parts_and_not_the_reverse(licensed, place, fits):
    assert Licence(licensed, TODAY, verified=True).covers(place, TODAY) is fits


@pytest.mark.parametrize("missing", [{"place": ""}, {"languages": frozenset()}])
def test_nobody_is_matched_without_a_place_and_a_language(missing):
    with pytest.raises(Invalid):
        replace(NEEDS, **missing)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("2013-11-23", AgeBand.CHILD),
        ("2013-11-22", AgeBand.TEEN),
        ("2008-11-23", AgeBand.TEEN),
        ("2008-11-22", AgeBand.ADULT),
        ("1961-11-23", AgeBand.ADULT),
        ("1961-11-22", AgeBand.OLDER),
    ],
)
def test_an_age_band_changes_on_the_birthday(born, band):
    assert age_band(date.fromisoformat(born), TODAY) is band


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_at_most_three_are_shown(count, shown):
    result = match(NEEDS, offers(count))
    assert (len(result.choices), result.fitting) == (shown, count)


@pytest.mark.parametrize(
    ("wish", "offered"),
    [
        ({"problems": words("sleep")}, {"specialities": words("sleep")}),
        ({"times": words("sat-morning")}, {"times": words("sat-morning")}),
        ({"modalities": words("cbt")}, {"modalities": words("cbt")}),
        ({"culture": words("rural")}, {"culture": words("rural")}),
        ({"preferences": {"style": words("calm")}}, {"traits": {"gender": words("woman"), "style": words("calm")}}),
        ({}, {"capacity": 100, "caseload": 1}),
    ],
)
def test_every_part_of_the_weights_moves_somebody_up(wish, offered):
    plain = [replace(OFFER, uid=UUID(int=200 + number), caseload=1) for number in range(5)]
    better = replace(OFFER, **{"caseload": 1, **offered})
    needs = replace(NEEDS, **wish)
    assert all(match(needs, [*plain, better], seed=seed).choices[0].uid == better.uid for seed in range(10))


def test_a_track_record_counts_only_when_the_clinic_opted_in():
    good, bad = replace(OFFER, track={"sleep": Track(60, 1.0)}), replace(OFFER, uid=UUID(int=101), track={"sleep": Track(60, 0.0)})
    needs = replace(NEEDS, problems=words("sleep"))
    counted = match(needs, [bad, good], Weights(use_track=True)).choices
    assert counted[0].uid == good.uid
    ignored = match(needs, [bad, good]).choices
    assert ignored[0].score == ignored[1].score
    assert not any("track" in reason.code for choice in counted for reason in choice.reasons)


def test_a_record_of_few_cases_says_nothing_and_a_longer_one_says_more():
    needs = replace(NEEDS, problems=words("sleep"))

    def gain(cases: int) -> float:
        offer = replace(OFFER, track={"sleep": Track(cases, 1.0)})
        return match(needs, [offer], Weights(use_track=True)).choices[0].score - match(needs, [OFFER], Weights(use_track=True)).choices[0].score

    assert gain(14) == 0
    assert 0 < gain(15) < gain(60) < 5


def test_at_most_three_reasons_the_weightiest_first():
    needs = replace(
        NEEDS,
        problems=words("sleep", "grief"),
        times=words("sat-morning"),
        modalities=words("cbt"),
        preferences={"style": words("calm"), "faith": words("any")},
    )
    traits = {"gender": words("woman"), "style": words("calm")}
    offer = replace(OFFER, specialities=words("sleep", "grief"), times=words("sat-morning"), modalities=words("cbt"), traits=traits)
    (choice,) = match(needs, [offer]).choices
    assert choice.reasons == (
        Reason("problem", "specialities", ("grief", "sleep")),
        Reason("times", "times", ("sat-morning",)),
        Reason("preference", "style", ("calm",)),
    )
    assert choice.unmet == (Unmet("faith", ("any",)),)


def test_a_met_must_have_is_said_after_what_tells_people_apart():
    (choice,) = match(replace(NEEDS, problems=words("sleep")), [replace(OFFER, specialities=words("sleep"))]).choices
    assert [reason.code for reason in choice.reasons] == ["problem", "must"]


def test_with_no_wish_met_the_shared_language_is_the_reason():
    (choice,) = match(replace(NEEDS, musts={}), [OFFER]).choices
    assert choice.reasons == (Reason("language", "languages", ("en",)),)


def test_what_was_wished_and_is_not_offered_is_said():
    needs = replace(NEEDS, times=words("sat-morning", "sat-evening"), problems=words("ocd"), preferences={"style": words("calm")})
    (choice,) = match(needs, [OFFER]).choices
    assert set(choice.unmet) == {
        Unmet("style", ("calm",)),
        Unmet("times", ("sat-evening", "sat-morning")),
        Unmet("specialities", ("ocd",)),
    }


def test_when_nobody_fits_the_one_constraint_to_relax_is_named_with_its_count():
    full = offers(3, caseload=10)
    men = [replace(OFFER, uid=UUID(int=300 + number), traits={"gender": words("man")}) for number in range(2)]
    elsewhere = replace(OFFER, uid=UUID(int=400), licences=())
    both = replace(OFFER, uid=UUID(int=401), licences=(), caseload=10)
    result = match(NEEDS, [*full, *men, elsewhere, both])
    assert result.choices == ()
    assert [(entry.violation, entry.count, entry.decider) for entry in result.relaxations] == [
        (Violation(Constraint.MUST, "gender"), 2, Decider.PATIENT),
        (Violation(Constraint.CAPACITY), 3, Decider.CLINIC),
        (Violation(Constraint.LICENCE), 1, Decider.NOBODY),
    ]


@pytest.mark.parametrize("constraint", [Constraint.LICENCE, Constraint.AGE, Constraint.RISK, Constraint.BLOCKED])
def test_law_and_safety_are_nobodys_to_relax(constraint):
    change = {
        Constraint.LICENCE: {"licences": ()},
        Constraint.AGE: {"age_bands": frozenset()},
        Constraint.RISK: {},
        Constraint.BLOCKED: {"blocked": frozenset({NEEDS.uid})},
    }[constraint]
    needs = replace(NEEDS, risk=Risk.HIGH) if constraint is Constraint.RISK else NEEDS
    offer = replace(OFFER, **({"risk": Risk.HIGH} if needs is NEEDS else {}), **change)
    (entry,) = match(needs, [offer]).relaxations
    assert (entry.violation.constraint, entry.decider) == (constraint, Decider.NOBODY)


def test_nothing_is_relaxed_while_somebody_fits():
    assert match(NEEDS, [OFFER, replace(OFFER, uid=UUID(int=2), caseload=10)]).relaxations == ()


def test_a_must_have_may_be_a_time():
    needs = replace(NEEDS, musts={"times": words("sat-morning")})
    assert violations(needs, OFFER) == (Violation(Constraint.MUST, "times"),)
    assert violations(needs, replace(OFFER, times=words("sat-morning"))) == ()


def test_equals_take_turns_by_seed():
    first = {match(NEEDS, offers(5), seed=seed).choices[0].uid for seed in range(60)}
    assert len(first) == 5


def test_a_weight_below_zero_is_refused():
    with pytest.raises(Invalid):
        Weights(times=-1)
