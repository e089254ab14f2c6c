"""A therapist's profile: changed by its owner alone, checked field by field."""

import io
from datetime import date, time, timedelta

import pytest
from PIL import Image

from vtclinic.core import clock
from vtclinic.core.errors import Forbidden, Invalid, NotFound
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import api, files, practice, service, uploads


def jpeg(width=900, height=600, **save) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "JPEG", **save)
    return made.getvalue()


def test_before_the_first_change_there_is_an_empty_profile(amara):
    with unit_of_work(write=False):
        found = practice.own_practice(amara)
        assert (found.title, found.languages, found.weekly_hours, found.years) == ("", [], {}, None)
        assert len(practice.missing(found, [])) == 9


def test_what_is_told_comes_back(amara):
    told = {
        "title": "Psychotherapist",
        "practising_since": clock.now().year - 11,
        "languages": ["en", "es"],
        "specialities": ["worry", "low-mood"],
        "modalities": ["cbt"],
        "styles": ["calm"],
        "formats": ["video"],
        "age_bands": ["adult"],
        "gender": "woman",
        "risk": 1,
        "bio": "I listen first.",
        "timezone": "Europe/Madrid",
        "capacity": 20,
    }
    with unit_of_work():
        practice.change_practice(amara, amara.uid, **told)
    with unit_of_work(write=False):
        found = api.therapist(amara.uid)
        assert {name: getattr(found, name) for name in told} == told | {"specialities": ["low-mood", "worry"]}
        assert (found.name, found.first_name, found.years) == ("Amara Okafor", "Amara", 11)
        assert [one.uid for one in api.active_therapists()] == [amara.uid]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"languages": ["xx-none"]}, "languages"),
        ({"specialities": ["magic"]}, "specialities"),
        ({"practising_since": 1800}, "practising_since"),
        ({"practising_since": 2999}, "practising_since"),
        ({"capacity": 1000}, "capacity"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"bio": "x" * 2001}, "bio"),
        ({"risk": 9}, "risk"),
        ({"gender": "x"}, "gender"),
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(amara, values, field):
    with unit_of_work(), pytest.raises(Invalid) as refused:
        practice.change_practice(amara, amara.uid, **values)
    assert set(refused.value.fields) == {field}


def test_only_the_therapist_changes_the_profile(amara, noor, maya, make):
    for other in (noor, maya, make("Tomas Keane", "therapist")):
        with unit_of_work(), pytest.raises(NotFound):
            practice.change_practice(other, amara.uid, title="X")


def test_somebody_without_the_role_has_no_profile(noor):
    with unit_of_work(write=False), pytest.raises(Forbidden):
        practice.own_practice(noor)
    with unit_of_work(), pytest.raises(NotFound):
        practice.change_practice(noor, noor.uid, title="X")


def test_hours_come_back_as_wall_times_by_weekday(amara):
    weekly = {0: [(time(13), time(17)), (time(9), time(12))], 5: [(time(10), time(0))], 2: []}
    with unit_of_work():
        practice.change_hours(amara, amara.uid, weekly)
    with unit_of_work(write=False):
        found = api.therapist(amara.uid)
        assert found.weekly_hours == {0: [(time(9), time(12)), (time(13), time(17))], 5: [(time(10), time(0))]}
        assert found.times == ["morning", "afternoon", "saturday"]


@pytest.mark.parametrize(
    "rows",
    [
        [(time(9), time(9))],
        [(time(12), time(9))],
        [(time(9), time(12)), (time(11), time(13))],
        [(time(20), time(0)), (time(21), time(22))],
        [(time(8), time(9)), (time(10), time(11)), (time(12), time(13)), (time(14), time(15))],
    ],
)
def test_hours_that_cannot_be_name_their_day(amara, rows):
    with unit_of_work(), pytest.raises(Invalid) as refused:
        practice.change_hours(amara, amara.uid, {3: rows})
    assert set(refused.value.fields) == {"day-3"}


def test_leave_is_kept_in_order_and_taken_back(amara):
    today = clock.now().date()
    with unit_of_work():
        practice.add_leave(amara, amara.uid, today + timedelta(days=30), today + timedelta(days=40))
        first = practice.add_leave(amara, amara.uid, today, today)
    with unit_of_work(write=False):
        assert [row.first for row in api.therapist(amara.uid).leave] == [today, today + timedelta(days=30)]
    with unit_of_work():
        practice.remove_leave(amara, amara.uid, first.uid)
    with unit_of_work(write=False):
        assert len(api.therapist(amara.uid).leave) == 1


@pytest.mark.parametrize(("first", "last"), [(5, 4), (-9, -8), (0, 400)])
def test_leave_that_cannot_be_is_refused(amara, first, last):
    today = clock.now().date()
    with unit_of_work(), pytest.raises(Invalid) as refused:
        practice.add_leave(amara, amara.uid, today + timedelta(days=first), today + timedelta(days=last))
    assert "last" in refused.value.fields


def test_nobody_removes_somebody_elses_leave(amara, make):
    other, today = make("Tomas Keane", "therapist"), clock.now().date()
    with unit_of_work():
        mine = practice.add_leave(amara, amara.uid, today, today)
    with unit_of_work(), pytest.raises(NotFound):
        practice.remove_leave(other, other.uid, mine.uid)


def test_a_photo_is_drawn_anew_without_what_the_camera_wrote(amara, in_clinic):
    camera = Image.Exif()
    camera[0x010F] = "CANARYCAMERA"
    taken = jpeg(exif=camera, comment=b"CANARYCOMMENT")
    assert b"CANARYCAMERA" in taken
    drawn = uploads.redrawn(uploads.checked_photo(taken, most_mb=10))
    assert b"CANARY" not in drawn
    with Image.open(io.BytesIO(drawn)) as found:
        assert (found.format, found.size, dict(found.getexif())) == ("JPEG", (512, 512), {})
    with unit_of_work():
        practice.change_photo(amara, amara.uid, drawn)
    with unit_of_work(write=False):
        name = api.therapist(amara.uid).photo
        assert files.read(practice.PHOTOS, name) == drawn
    stored = list((in_clinic.files / "files").rglob("*"))
    assert all(drawn[:64] not in path.read_bytes() for path in stored if path.is_file())


def test_another_photo_replaces_the_file_of_the_first(amara, in_clinic):
    for colour in (jpeg(600, 600), jpeg(700, 700), None):
        drawn = uploads.redrawn(uploads.checked_photo(colour, most_mb=10)) if colour else None
        with unit_of_work():
            practice.change_photo(amara, amara.uid, drawn)
    assert [path for path in (in_clinic.files / "files").rglob("*") if path.is_file()] == []


def test_a_photo_that_rolls_back_leaves_the_old_one(amara):
    first = uploads.redrawn(uploads.checked_photo(jpeg(), most_mb=10))
    with unit_of_work():
        practice.change_photo(amara, amara.uid, first)
    with pytest.raises(ZeroDivisionError), unit_of_work():
        practice.change_photo(amara, amara.uid, first)
        raise ZeroDivisionError
    with unit_of_work(write=False):
        assert files.read(practice.PHOTOS, api.therapist(amara.uid).photo) == first


def test_an_upload_is_judged_by_its_content_and_refused_in_words(in_clinic):
    for content, words in [
        (b"MZ" + bytes(900), "It is another kind of file."),
        (b"", "It is empty."),
        (jpeg() + bytes(2 * 1024 * 1024), "It is 3 MB and the most is 2 MB."),
        (b"%PDF-1.4 " + bytes(50), "It is another kind of file."),
    ]:
        with pytest.raises(Invalid) as refused:
            uploads.checked_photo(content, most_mb=2)
        assert refused.value.fields["photo"] == f"We could not take this file. {words} Photos (JPG, PNG) work. What you wrote is still here."
    assert uploads.checked_paper(b"%PDF-1.4 " + bytes(50), most_mb=2).ending == "pdf"


def test_a_broken_photo_is_refused_not_raised(in_clinic):
    with pytest.raises(ValueError, match="cannot be drawn"):
        uploads.redrawn(uploads.Upload(jpeg()[:400], "image/jpeg"))


def test_a_file_of_one_clinic_does_not_open_in_another(clinic, northside, scope):
    with scope(clinic), unit_of_work():
        name = files.store("photos", b"picture")
        shut = (clinic.files / "files" / "photos" / name).read_bytes()
    (northside.files / "files" / "photos").mkdir(parents=True)
    (northside.files / "files" / "photos" / name).write_bytes(shut)
    with scope(northside), unit_of_work(), pytest.raises(Exception, match="does not open"):
        files.read("photos", name)


@pytest.mark.parametrize("name", ["../../master.key", "", "x" * 32])
def test_a_file_name_cannot_leave_its_folder(in_clinic, name):
    with unit_of_work(), pytest.raises(NotFound):
        files.read("photos", name)


def test_patients_read_about_therapists_who_work_here(amara, maya, noor, make):
    from vtclinic.identity import service as identity

    other = make("Sam Byrne", "clinic_admin")
    with unit_of_work():
        practice.change_practice(amara, amara.uid, title="Psychotherapist")
    with unit_of_work(write=False):
        assert service.read_about(maya, amara.uid).name == "Amara Okafor"
    with unit_of_work():
        identity.disable_user(other, amara.uid)
    with unit_of_work(write=False), pytest.raises(NotFound):
        service.read_about(maya, amara.uid)
    with unit_of_work(write=False):
        assert service.read_about(noor, amara.uid).uid == amara.uid
        assert api.active_therapists() == []
        assert not api.can_be_booked(amara.uid, "IE", date(2026, 12, 1))
