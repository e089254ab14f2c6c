"""Imports: everybody or nobody, each row's trouble named, the same file twice changes nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from vtclinic.core.errors import Forbidden, Invalid, ReadOnlyUnit
from vtclinic.core.uow import unit_of_work
from vtclinic.features.records import api as records
from vtclinic.features.staff import api
from vtclinic.features.staff.importing import reading
from vtclinic.identity.models import User

STAFF = """name,email,role,title,practising_since,languages,specialities,formats,age_bands,capacity,timezone,licence_number,licence_country,licence_expires
Amara Okafor,amara@example.org,therapist,Psychotherapist,2015,en;Spanish,low-mood;worry,video,adult,25,Europe/Dublin,PSI-1,ie,2031-01-31
Noor Haddad,noor@example.org,clinic_admin,,,,,,,,,,,
"""
PATIENTS = """name;email;preferred_name;date_of_birth;country;city;languages;therapist_email
Maya Ortiz;maya@example.org;May;1990-02-28;IE;Galway;en;amara@example.org
Ola Nowak;ola@example.org;;;;;;
"""


def run(actor, kind, data, **options):
    with unit_of_work():
        return api.import_people(actor, kind, data, **options)


def everybody() -> int:
    with unit_of_work(write=False) as db:
        return len(db.scalars(select(User.uid)).all())


def problems(report) -> list[str]:
    return [problem for row in report.rows for problem in row.problems]


def test_staff_come_in_with_profile_licence_and_invitation(noor):
    report = run(noor, "staff", STAFF)
    assert (report.ok, report.written, report.new, report.known) == (True, True, 2, 0)
    with unit_of_work(write=False) as db:
        amara = next(user for user in db.scalars(select(User)) if user.name == "Amara Okafor")
        profile = api.therapist(amara.uid)
        assert (amara.state, profile.languages, profile.capacity, profile.timezone) == ("invited", ["en", "es"], 25, "Europe/Dublin")
        licence = api.credentials_of([amara.uid])[amara.uid][0]
        assert (licence.number, licence.country, licence.state) == ("PSI-1", "IE", "pending")


def test_patients_come_in_with_profile_and_care(noor):
    run(noor, "staff", STAFF)
    report = run(noor, "patients", PATIENTS)
    assert report.written, problems(report)
    with unit_of_work(write=False) as db:
        by_name = {user.name: user for user in db.scalars(select(User))}
        found = records.patient(by_name["Maya Ortiz"].uid)
        assert (found.preferred_name, found.city, found.languages) == ("May", "Galway", ["en"])
        assert records.therapists_of(found.uid) == [by_name["Amara Okafor"].uid]
        assert records.therapists_of(by_name["Ola Nowak"].uid) == []


def test_the_same_file_again_changes_nothing(noor):
    run(noor, "staff", STAFF)
    before = everybody()
    report = run(noor, "staff", STAFF)
    assert (report.new, report.known, report.ok) == (0, 2, True)
    assert everybody() == before


def test_one_wrong_row_stops_all_and_every_trouble_is_named(noor):
    before = everybody()
    text = (
        "name,email,role,capacity,timezone,licence_number\n"
        "Good One,good@example.org,therapist,5,Europe/Dublin,\n"
        ",nonsense,therapist,many,Mars/Base,\n"
        "Twice,GOOD@example.org,director,5,,\n"
        "Half,half@example.org,therapist,5,,PSI-1\n"
    )
    report = run(noor, "staff", text)
    assert not report.ok
    assert not report.written
    assert everybody() == before
    assert [(row.line, row.outcome) for row in report.rows] == [(2, "new"), (3, "wrong"), (4, "wrong"), (5, "wrong")]
    assert [problem.split(":")[0] for problem in report.rows[1].problems] == ["name", "capacity", "timezone", "email"]
    assert problems(report)[-3:] == [
        "role: write therapist or clinic_admin",
        "email: line 2 has the same address",
        "licence_country: a licence needs this too",
    ]


def test_a_dry_run_reports_the_same_and_works_in_a_unit_for_reading(noor):
    before = everybody()
    with unit_of_work(write=False):
        report = api.import_people(noor, "staff", STAFF, dry_run=True)
    assert (report.ok, report.written, report.new) == (True, False, 2)
    assert everybody() == before
    with pytest.raises(ReadOnlyUnit), unit_of_work(write=False):
        api.import_people(noor, "staff", STAFF)


def test_an_address_of_the_other_kind_is_named(noor):
    run(noor, "staff", STAFF)
    report = run(noor, "patients", "name,email\nSomebody,amara@example.org\n")
    assert problems(report) == ["email: this address belongs to staff here"]


def test_another_role_is_named(noor):
    run(noor, "staff", STAFF)
    report = run(noor, "staff", "name,email,role\nNoor Haddad,noor@example.org,therapist\n")
    assert problems(report) == ["role: this person is here with another role"]


def test_a_therapist_nobody_knows_is_named(noor):
    report = run(noor, "patients", "name,email,therapist_email\nMaya,maya@example.org,nobody@example.org\n")
    assert problems(report) == ["therapist_email: no therapist here has this address"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"   \n\n", "The file is empty."),
        (b"name,email\n", "nothing below it"),
        (b"naam,e-post\nA,b@example.org\n", "Missing: name, email."),
        (b"name,email,name\nA,b@example.org,A\n", "names name twice"),
        ("name,email\nA,b@example.org\n".encode("utf-16"), "CSV UTF-8"),
        (b'name,email\n"A,b@example.org\n', "not a proper CSV"),
        (b"PK\x03\x04\x00\x00", "CSV UTF-8"),
        (b"name,email\n" + b"A,a@example.org\n" * 1001, "more than 1000 rows"),
        (b"name,email\n" + b"x" * (1024 * 1024), "The most is 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(noor, data, words):
    report = run(noor, "staff", data)
    assert not report.ok
    assert words in report.problems[0]


@pytest.mark.parametrize(("encoding", "noted"), [("utf-8", False), ("utf-8-sig", False), ("latin-1", True)])
def test_accents_survive_and_a_guess_is_told(noor, encoding, noted):
    report = run(noor, "staff", "name,email\nTomás Ó Sé,tomas@example.org\n".encode(encoding))
    assert report.rows[0].name == "Tomás Ó Sé"
    assert any("Latin-1" in note for note in report.notes) is noted


@pytest.mark.parametrize("text", ["name;email\nA B;a@example.org\n", "name\temail\nA B\ta@example.org\n", "Name , E-mail\r\n\r\nA B,a@example.org\r\n", 'name,email\n"A\nB",a@example.org'])
def test_separators_heads_and_line_ends_of_spreadsheets_are_taken(noor, text):
    assert run(noor, "staff", text).rows[0].name == "A B"


def test_an_unknown_column_is_left_out_and_said(noor):
    report = run(noor, "staff", "name,email,shoe size\nA B,a@example.org,42\n")
    assert report.written
    assert report.notes == ("We do not know the column shoe_size, so it is left out.",)


def test_a_row_with_more_cells_than_heads_is_named(noor):
    report = run(noor, "staff", "name,email\nOkafor, Amara,a@example.org\n")
    assert problems(report) == ["this row has more cells than the first line"]


def test_only_administrators_import(amara, maya):
    for who in (amara, maya):
        with unit_of_work(), pytest.raises(Forbidden):
            api.import_people(who, "staff", STAFF)


def test_other_kinds_are_refused(noor):
    with unit_of_work(), pytest.raises(Invalid):
        api.import_people(noor, "horses", STAFF)


def test_a_report_is_plain_values_for_machines(noor):
    told = json.loads(json.dumps(run(noor, "staff", STAFF, dry_run=True).as_dict()))
    assert (told["ok"], told["new"], told["rows"][0]["line"]) == (True, 2, 2)


def test_a_failure_while_writing_leaves_nobody(noor, monkeypatch):
    before = everybody()
    calls = []
    from vtclinic.features.staff.importing import service

    real = service.invite

    def second_fails(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return real(*args, **kwargs)

    monkeypatch.setattr(service, "invite", second_fails)
    with pytest.raises(OSError, match="full"):
        run(noor, "staff", STAFF)
    assert everybody() == before


@given(st.binary(max_size=400) | st.text(max_size=400))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_give_a_sheet_or_a_sentence(data):
    sheet = reading.read_sheet("staff", data)
    assert bool(sheet.rows) or bool(sheet.problems)
