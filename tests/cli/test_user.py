"""People from the command line."""

from __future__ import annotations

import json

import pytest

ADDRESS = "mara@harbour.example"
INVITE = ("user", "invite", ADDRESS, "--name", "Mara Quinn", "--role", "clinic_admin", "--tenant", "harbour")
STAFF = "name,email,roles\nMara Quinn,mara@harbour.example,clinic_admin\nAmara Okafor,amara@harbour.example,therapist\n"


def people(vt) -> dict[str, dict]:
    return {row["email"]: row for row in json.loads(vt("user", "list", "--tenant", "harbour", "--json").out)}


def test_an_invited_person_is_listed_and_gets_a_mail(vt, home):
    assert vt(*INVITE).code == 0
    row = people(vt)[ADDRESS]
    assert (row["name"], row["roles"], row["state"]) == ("Mara Quinn", ["clinic_admin"], "invited")
    from vtclinic.app import open_house
    from vtclinic.core import jobs
    from vtclinic.core.settings import load_settings

    open_house(load_settings(home))
    assert jobs.drain() >= 1
    jobs.close()
    mail = next((home / "clinics" / "harbour" / "mail").glob("*.eml")).read_text()
    assert f"To: {ADDRESS}" in mail


def test_the_same_address_twice_is_a_conflict_here_and_nobodys_business_elsewhere(vt):
    vt(*INVITE)
    assert vt(*INVITE).code == 4
    assert vt(*INVITE[:-1], "northside").code == 0


@pytest.mark.parametrize(("change", "code"), [(("--tenant", "nobody"), 3), (("--role", "wizard"), 2)])
def test_wrong_clinics_and_roles(vt, change, code):
    assert vt(*INVITE, *change).code == code


def test_an_address_that_is_none_is_refused(vt):
    assert vt("user", "invite", "nobody", *INVITE[3:]).code == 5


def test_an_account_is_switched_off_and_on(vt):
    vt(*INVITE)
    vt("user", "invite", "amara@harbour.example", "--name", "Amara Okafor", "--role", "therapist", "--tenant", "harbour")
    assert vt("user", "disable", "amara@harbour.example", "--tenant", "harbour").code == 0
    assert people(vt)["amara@harbour.example"]["state"] == "disabled"
    assert vt("user", "disable", "amara@harbour.example", "--tenant", "harbour").code == 4
    assert vt("user", "enable", "amara@harbour.example", "--tenant", "harbour").code == 0
    assert vt("user", "disable", "who@harbour.example", "--tenant", "harbour").code == 3


def test_a_suspended_clinics_people_are_not_touched(vt):
    vt("tenant", "suspend", "harbour")
    done = vt(*INVITE)
    assert (done.code, "suspended" in done.err) == (7, True)


def test_staff_come_from_a_file_after_a_rehearsal(vt, tmp_path):
    file = tmp_path / "staff.csv"
    file.write_text(STAFF)
    rehearsed = vt("import", "staff", file, "--tenant", "harbour", "--dry-run")
    assert (rehearsed.code, people(vt)) == (0, {})
    assert "2 new" in rehearsed.out
    assert vt("import", "staff", file, "--tenant", "harbour").code == 0
    assert len(people(vt)) == 2
    again = vt("import", "staff", file, "--tenant", "harbour", "--json")
    assert (again.code, json.loads(again.out)["known"]) == (0, 2)


def test_one_wrong_row_stops_the_whole_file_and_is_named(vt, tmp_path):
    file = tmp_path / "staff.csv"
    file.write_text(STAFF + "Nobody,not-an-address,therapist\n")
    done = vt("import", "staff", file, "--tenant", "harbour")
    assert done.code == 5
    assert "4" in done.out and "e-mail" in done.out
    assert people(vt) == {}


def test_a_file_that_is_missing_is_not_found(vt, tmp_path):
    assert vt("import", "staff", tmp_path / "none.csv", "--tenant", "harbour").code == 3
