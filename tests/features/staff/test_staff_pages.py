"""The pages of therapists about themselves, of patients about therapists, and of the office about people."""

import io
import re
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine, event

from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import api as staff

CSV = "name,email,role\nLeila Haddad,leila@example.org,therapist\n"


@pytest.fixture
def amara(people):
    return people.therapist("Amara Okafor", licensed=False)


@pytest.fixture
def therapist(app, browse, people, amara):
    return people.sign_in(app, browse(), amara)


@pytest.fixture
def office(app, browse, people):
    return people.sign_in(app, browse(), people.admin("Ruth Daly"))


@pytest.fixture
def patient(app, browse, people):
    return people.sign_in(app, browse(), people.patient("Maya Ortiz"))


def post(client, path, to=None, **values):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]
    return client.post(to or path, data={"csrf_token": token} | values)


def photo() -> tuple[io.BytesIO, str]:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(made, "PNG")
    made.seek(0)
    return made, "me.png"


def registration(**changes):
    return {
        "title": "Psychotherapist",
        "register": "Irish register",
        "number": "IE-1",
        "country": "IE",
        "region": "",
        "expires_on": "2031-01-31",
        "evidence": (io.BytesIO(b"%PDF-1.4 paper"), "licence.pdf"),
    } | changes


def test_a_therapist_fills_in_the_profile_and_patients_read_it(therapist, patient, amara):
    assert post(therapist, "/practice/about", title="Psychotherapist", practising_since="2015", bio="I listen first.").status_code == 303
    assert post(therapist, "/practice/work", specialities=["worry"], languages=["en"], capacity="12", risk="1", formats=["video"], age_bands=["adult"]).status_code == 303
    page = patient.get(f"/therapists/{amara}").text
    for words in ("Amara Okafor", "Psychotherapist", "I listen first.", "worry", "English", "Video call"):
        assert words in page


def test_gender_is_never_shown(therapist, patient, amara):
    post(therapist, "/practice/work", capacity="1", risk="0", gender="non-binary")
    assert "non-binary" not in patient.get(f"/therapists/{amara}").text


def test_a_wrong_profile_comes_back_with_what_was_written(therapist):
    answer = post(therapist, "/practice/about", title="Kept title", practising_since="1800", bio="Kept words")
    assert answer.status_code == 422
    for words in ("Write the year you began", "Kept title", "Kept words"):
        assert words in answer.text


def test_hours_are_saved_and_wrong_ones_come_back_with_their_day(therapist, amara, people):
    assert post(therapist, "/practice/hours", **{"timezone": "Europe/Dublin", "start-0-0": "09:00", "end-0-0": "12:30"}).status_code == 303
    assert "09:00–12:30" in therapist.get("/practice").text
    answer = post(therapist, "/practice/hours", **{"timezone": "Europe/Dublin", "start-2-0": "12:00", "end-2-0": "09:00"})
    assert answer.status_code == 422
    assert "Wednesday: The end is before the start" in answer.text
    assert 'value="12:00"' in answer.text


def test_days_away_are_added_and_removed(therapist):
    assert post(therapist, "/practice/leave", first="2031-12-24", last="2032-01-02").status_code == 303
    page = therapist.get("/practice/leave").text
    remove = re.search(r'action="(/practice/leave/[^"]+/remove)"', page)[1]
    assert post(therapist, "/practice/leave", to=remove).status_code == 303
    assert "None planned" in therapist.get("/practice/leave").text
    assert post(therapist, "/practice/leave", first="2031-12-24", last="2031-12-01").status_code == 422


def test_a_photo_is_taken_shown_and_removed(therapist, patient, amara):
    assert patient.get(f"/therapists/{amara}/photo").status_code == 404
    assert post(therapist, "/practice/photo", photo=photo()).status_code == 303
    shown = patient.get(f"/therapists/{amara}/photo")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert post(therapist, "/practice/photo", remove="1").status_code == 303
    assert patient.get(f"/therapists/{amara}/photo").status_code == 404


def test_a_refused_photo_is_told_in_words(therapist):
    answer = post(therapist, "/practice/photo", photo=(io.BytesIO(b"MZ program"), "me.png"))
    assert answer.status_code == 422
    assert "We could not take this file. It is another kind of file." in answer.text


def test_photos_are_for_people_who_are_signed_in(client, therapist, amara):
    post(therapist, "/practice/photo", photo=photo())
    assert client.get(f"/therapists/{amara}/photo").status_code == 303
    assert client.get(f"/therapists/{amara}").status_code == 303


def test_the_office_checks_what_a_therapist_hands_in(therapist, office, patient, amara):
    assert post(therapist, "/practice/credentials/new", **registration()).status_code == 303
    uid = re.search(r"/credentials/([0-9a-f-]{36})", office.get("/credentials").text)[1]
    assert "cannot be booked right now" in patient.get(f"/therapists/{amara}").text
    paper = office.get(f"/credentials/{uid}/document")
    assert (paper.data, paper.headers["Content-Disposition"]) == (b"%PDF-1.4 paper", 'attachment; filename="document.pdf"')
    assert post(office, f"/credentials/{uid}", to=f"/credentials/{uid}/approve").status_code == 303
    page = patient.get(f"/therapists/{amara}").text
    assert "Registered in Ireland as Psychotherapist." in page
    assert "number IE-1" in page
    assert post(office, "/people/add", to=f"/credentials/{uid}/approve").status_code == 409


def test_the_office_asks_again_and_the_therapist_reads_why(therapist, office):
    post(therapist, "/practice/credentials/new", **registration())
    uid = re.search(r"/credentials/([0-9a-f-]{36})", office.get("/credentials").text)[1]
    assert post(office, f"/credentials/{uid}", to=f"/credentials/{uid}/ask", reason="").status_code == 422
    assert post(office, f"/credentials/{uid}", to=f"/credentials/{uid}/ask", reason="The last page is missing.").status_code == 303
    assert "The last page is missing." in therapist.get(f"/practice/credentials/{uid}").text
    assert post(therapist, f"/practice/credentials/{uid}", **registration(number="IE-2")).status_code == 303
    assert post(therapist, f"/practice/credentials/{uid}", withdraw="1").status_code == 303
    assert therapist.get(f"/practice/credentials/{uid}").status_code == 404


def test_a_registration_needs_its_document(therapist):
    values = registration()
    del values["evidence"]
    answer = post(therapist, "/practice/credentials/new", **values)
    assert answer.status_code == 422
    assert "Choose the document to go on." in answer.text


def test_another_therapist_does_not_see_that_a_registration_exists(app, browse, people, therapist, office):
    post(therapist, "/practice/credentials/new", **registration())
    uid = re.search(r"/credentials/([0-9a-f-]{36})", office.get("/credentials").text)[1]
    other = people.sign_in(app, browse(), people.therapist("Tomas Keane"))
    assert other.get(f"/practice/credentials/{uid}").status_code == 404
    assert other.get(f"/credentials/{uid}/document").status_code == 404
    assert other.get(f"/credentials/{uid}").status_code == 403


@pytest.mark.parametrize("path", ["/people", "/people/add", "/people/import", "/credentials"])
def test_the_offices_pages_are_the_offices(therapist, patient, client, path):
    assert therapist.get(path).status_code == 403
    assert patient.get(path).status_code == 403
    assert client.get(path).status_code == 303


@pytest.mark.parametrize("path", ["/practice", "/practice/about", "/practice/work", "/practice/photo", "/practice/hours", "/practice/leave", "/practice/credentials"])
def test_the_profile_is_the_therapists(office, patient, path):
    assert office.get(path).status_code == 403
    assert patient.get(path).status_code == 403


def test_a_therapist_is_added_in_four_clicks_and_told_done(office, clinic, scope):
    page = post(office, "/people/add", name="Leila Haddad", email="leila@example.org", role="therapist")
    assert page.status_code == 303
    assert "Leila Haddad is invited" in office.get(page.headers["Location"]).text
    uid = UUID(re.search(r"/people/([0-9a-f-]{36})", page.headers["Location"])[1])
    with scope(clinic), unit_of_work(write=False):
        assert staff.therapist(uid).name == "Leila Haddad"
    again = post(office, "/people/add", name="Leila Haddad", email="leila@example.org", role="therapist")
    assert again.status_code == 422
    assert "has an account here already" in again.text
    assert post(office, f"/people/{uid}", to=f"/people/{uid}/invite").status_code == 303


def test_an_account_is_switched_off_and_on_after_an_explanation(office, therapist, amara):
    assert "They are signed out everywhere at once" in office.get(f"/people/{amara}/switch-off").text
    assert post(office, f"/people/{amara}/switch-off").status_code == 303
    assert therapist.get("/practice").status_code == 303
    assert "Switched off" in office.get(f"/people/{amara}").text
    assert post(office, f"/people/{amara}/switch-on").status_code == 303
    assert "In use" in office.get(f"/people/{amara}").text


def test_the_last_administrator_stays(office, people, house):
    page = office.get("/people?q=ruth").text
    own = re.search(r"/people/([0-9a-f-]{36})", page)[1]
    post(office, f"/people/{own}/switch-off")
    assert "You cannot switch off your own account." in office.get(f"/people/{own}").text


def test_unknown_people_are_not_found(office):
    assert office.get(f"/people/{uuid4()}").status_code == 404
    assert office.get(f"/credentials/{uuid4()}").status_code == 404


def test_the_list_is_filtered_sorted_and_paged_by_links(office, therapist, patient):
    assert "Maya Ortiz" in office.get("/people").text
    staff_only = office.get("/people?kind=staff&sort=role&down=1").text
    assert "Maya Ortiz" not in staff_only
    assert "Amara Okafor" in staff_only
    assert "Nobody fits these filters." in office.get("/people?q=zzz").text
    assert office.get("/people?page=99&sort=nonsense&kind=x&state=y").status_code == 200


def test_a_list_is_checked_before_it_is_imported(office):
    checked = post(office, "/people/import", kind="staff", file=(io.BytesIO(CSV.encode()), "staff.csv"))
    assert checked.status_code == 303
    report = checked.headers["Location"]
    assert "1 new person can be added" in office.get(report).text
    assert "Leila" not in office.get("/people").text
    done = post(office, report)
    assert (done.status_code, done.headers["Location"]) == (303, "/people?kind=staff")
    assert "Leila Haddad" in office.get("/people").text
    assert office.get(report).status_code == 404


def test_a_wrong_list_shows_each_row_and_cannot_be_imported(office):
    data = CSV + "Nobody,not-an-address,king\n"
    report = post(office, "/people/import", kind="staff", file=(io.BytesIO(data.encode()), "staff.csv")).headers["Location"]
    page = office.get(report).text
    assert "1 row needs a correction" in page
    assert "role: write therapist or clinic_admin" in page
    assert post(office, "/people/add", to=report).status_code == 422
    assert "Leila" not in office.get("/people").text


def test_a_draft_opens_only_for_who_brought_it(app, browse, people, office):
    report = post(office, "/people/import", kind="staff", file=(io.BytesIO(CSV.encode()), "staff.csv")).headers["Location"]
    other = people.sign_in(app, browse(), people.admin("Sam Byrne"))
    assert other.get(report).status_code == 404


def test_choosing_no_file_is_told(office):
    answer = post(office, "/people/import", kind="staff")
    assert answer.status_code == 422
    assert "Choose a CSV file to go on." in answer.text


@pytest.mark.parametrize("kind", ["staff", "patients"])
def test_the_example_file_is_one_we_take_but_for_its_therapist(office, kind):
    example = office.get(f"/people/import/example-{kind}.csv")
    report = post(office, "/people/import", kind=kind, file=(io.BytesIO(example.data), "x.csv")).headers["Location"]
    page = office.get(report).text
    assert ("1 new person can be added" in page) is (kind == "staff")
    assert ("no therapist here has this address" in page) is (kind == "patients")


@contextmanager
def counted():
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        # Once a second a process asks whether the directory of clinics has changed.
        if "directory_version" not in statement:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_each_page_asks_at_most_eight_times(therapist, office, patient, amara):
    post(therapist, "/practice/credentials/new", **registration())
    uid = re.search(r"/credentials/([0-9a-f-]{36})", office.get("/credentials").text)[1]
    for client, path in (
        (patient, f"/therapists/{amara}"),
        (therapist, "/practice"),
        (therapist, "/practice/credentials"),
        (office, "/people"),
        (office, f"/people/{amara}"),
        (office, "/credentials"),
        (office, f"/credentials/{uid}"),
    ):
        client.get(path)
        with counted() as seen:
            client.get(path)
        assert len(seen) <= 8, path
