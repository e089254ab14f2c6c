"""What the console does to clinics, and what it never reaches."""

import pytest
from sqlalchemy import text

from tests.console.conftest import post
from vtclinic.core.uow import control_unit_of_work
from vtclinic.tenants.service import find_clinic

ANSWERS = (
    ("name", "Lighthouse"),
    ("slug", "lighthouse"),
    ("host", "lighthouse.test"),
    ("country", "DE"),
    ("timezone", "Europe/Berlin"),
    ("locale", "en"),
    ("theme", "warm"),
    ("registration", "invitation"),
)


@pytest.mark.parametrize("path", ["/console/clinics", "/console/sign-in", "/console/health"])
def test_the_console_is_not_at_a_clinics_address(client, console, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/sign-in", "/home", "/account", "/overview", "/look", "/messages"])
def test_a_clinic_is_not_at_the_consoles_address(console, path):
    assert console.get(path).status_code == 404


def test_a_clinic_admins_cookie_opens_nothing_at_the_console(app, people, browse, at_console, console):
    client = people.sign_in(app, browse(), people.admin())
    at = at_console()
    at.set_cookie("vt", client.get_cookie("vt", domain="harbour.test").value, domain="console.test")
    assert at.get("/console/clinics").status_code == 303


def test_every_page_says_that_no_clinical_data_is_here(console, at_console):
    for path in ("/console/clinics", "/console/health", "/console/clinics/harbour", "/console/clinics/add/name", "/console/nothing"):
        assert "This instance. No clinical data here." in console.get(path).text
    assert "This instance. No clinical data here." in at_console().get("/console/sign-in").text


def test_the_bare_address_leads_to_the_clinics(console):
    assert console.get("/").location == "/console/clinics"


def test_people_are_counted_and_not_named(people, console):
    people.patient("Sam Byrne")
    people.therapist("Amara Okafor")
    people.admin("Ruth Daly")
    page = console.get("/console/clinics/harbour").text
    assert "<dt>Patients</dt><dd><bdi>1</bdi></dd>" in page
    assert "<dt>Staff</dt><dd><bdi>2</bdi></dd>" in page
    for path in ("/console/clinics", "/console/clinics/harbour"):
        text_of = console.get(path).text
        assert not any(name in text_of for name in ("Sam", "Amara", "Ruth"))


def test_a_clinic_whose_database_does_not_open_hides_no_other(console, house):
    (house.settings.clinics / "harbour" / "clinic.db").write_bytes(b"no database")
    page = console.get("/console/clinics").text
    assert "does not open" in page
    assert "Northside" in page


def test_suspending_explains_first_and_leaves_a_calm_page_with_help(console, browse, house):
    page = console.get("/console/clinics/harbour/suspend").text
    assert "Nothing is deleted" in page
    assert post(console, "/console/clinics/harbour/suspend").status_code == 303
    house.directory.forget()
    closed = browse().get("/")
    assert closed.status_code == 503
    assert "This clinic is closed here for now" in closed.text
    assert "/help-now" in closed.text
    assert browse().get("/help-now").status_code == 200
    assert browse("northside").get("/sign-in").status_code == 200
    assert post(console, "/console/clinics/harbour/resume").status_code == 303
    house.directory.forget()
    assert browse().get("/sign-in").status_code == 200


def test_two_who_suspend_at_once_are_told_so(console):
    token_page = "/console/clinics/harbour/suspend"
    assert post(console, token_page).status_code == 303
    assert post(console, token_page).status_code == 409


def test_hostnames_change_and_another_clinics_is_refused(console, browse, house):
    path = "/console/clinics/harbour/hosts"
    assert post(console, path, hosts="harbour.test\nnorthside.test").status_code == 409
    assert post(console, path, hosts="not a hostname!").status_code == 422
    assert post(console, path, hosts="console.test").status_code == 422
    assert post(console, path, hosts="new.test\nharbour.test").status_code == 303
    house.directory.forget()
    assert browse("new").get("/sign-in").status_code == 200
    with control_unit_of_work(write=False):
        assert [row.host for row in find_clinic("harbour").hosts] == ["new.test", "harbour.test"]


def test_theme_and_registration_change(console):
    assert post(console, "/console/clinics/harbour/theme", theme="warm").status_code == 303
    assert post(console, "/console/clinics/harbour/theme", theme="nothing").status_code == 422
    assert post(console, "/console/clinics/harbour/registration", registration="closed").status_code == 303
    with control_unit_of_work(write=False):
        found = find_clinic("harbour")
        assert (found.theme, found.registration) == ("warm", "closed")


def test_the_wizard_asks_one_thing_a_page_and_makes_the_clinic(console, browse, house):
    for name, value in ANSWERS:
        assert console.get("/console/clinics/add").location == f"/console/clinics/add/{name}"
        assert post(console, f"/console/clinics/add/{name}", **{name: value}).status_code == 303, name
    check = console.get("/console/clinics/add/check").text
    assert "Germany" in check
    assert "Only people the clinic invites" in check
    assert post(console, "/console/clinics/add/check").location == "/console/clinics/lighthouse/added"
    assert "vtclinic user invite" in console.get("/console/clinics/lighthouse/added").text
    house.directory.forget()
    assert browse("lighthouse").get("/sign-in").status_code == 200
    assert console.get("/console/clinics/add").location == "/console/clinics/add/name"


@pytest.mark.parametrize(("name", "value"), [("slug", "harbour"), ("slug", "console"), ("host", "harbour.test"), ("host", "console.test"), ("name", "x" * 81)])
def test_the_wizard_refuses_what_cannot_be(console, name, value):
    answer = post(console, f"/console/clinics/add/{name}", **{name: value})
    assert answer.status_code == 422
    assert "vt-error" in answer.text


def test_a_clinic_is_not_made_before_every_answer_is_there(console):
    post(console, "/console/clinics/add/name", name="Lighthouse")
    assert console.get("/console/clinics/add/check").status_code == 303


def test_the_gate_is_shown_for_each_theme(console, home):
    broken = home / "themes" / "broken"
    broken.mkdir(parents=True)
    (broken / "theme.toml").write_text('name = "Broken"\n')
    page = console.get("/console/themes").text
    assert "every pair can be read" in page
    assert "cannot be used" in page


def test_health_says_what_is_wrong_and_which_command_corrects_it(console):
    page = console.get("/console/health").text
    assert "vtclinic key drill" in page


def test_acts_are_shown_and_a_changed_row_is_noticed(console, house):
    post(console, "/console/clinics/harbour/suspend")
    page = console.get("/console/audit").text
    assert "suspended a clinic" in page
    assert "ina@example.org" in page
    assert "The record is whole" in page
    with control_unit_of_work() as control:
        control.execute(text("UPDATE audit_entry SET action = 'clinic.resumed' WHERE action = 'clinic.suspended'"))
    assert "does not fit" in console.get("/console/audit").text
