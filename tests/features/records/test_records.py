"""A patient's record: sealed, made once, read only by those who care for the patient."""

from datetime import date

import pytest
from sqlalchemy import select

from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor
from vtclinic.core.uow import unit_of_work
from vtclinic.features.records import api, care, opened, policy
from vtclinic.features.records.models import CareRelation, Patient
from vtclinic.identity import accounts


def actor_for(user) -> Actor:
    return Actor(uid=user.uid, role=user.acting_role, roles=frozenset(user.roles), name=user.name)


@pytest.fixture
def make(in_clinic):
    """Make an active person with a role; returns who they are as an actor."""

    def made(name: str, *roles: str) -> Actor:
        address = f"{name.replace(' ', '.').lower()}-{new_id().hex[-6:]}@example.org"
        with unit_of_work():
            return actor_for(accounts.create_user(SYSTEM, email=address, name=name, roles=list(roles), state="active"))

    return made


@pytest.fixture
def maya(make):
    return make("Maya Ortiz", "patient")


@pytest.fixture
def amara(make):
    return make("Amara Okafor", "therapist")


def audited(patient_uid) -> list[str]:
    with unit_of_work(write=False) as db:
        return list(db.scalars(select(AuditEntry.action).where(AuditEntry.patient_uid == patient_uid).order_by(AuditEntry.seq)))


def test_registering_makes_a_record_with_its_own_key(maya):
    with unit_of_work(write=False):
        assert api.patient(maya.uid).preferred_name is None


def test_making_a_record_twice_keeps_the_first(maya):
    with unit_of_work():
        api.change_profile(maya, maya.uid, preferred_name="May")
    with unit_of_work():
        api.create_patient(maya.uid)
    with unit_of_work(write=False):
        assert api.patient(maya.uid).preferred_name == "May"


def test_everything_told_comes_back_and_nothing_is_readable_in_the_file(maya, in_clinic, home):
    told = {
        "preferred_name": "Canaryname",
        "pronouns": "canary/them",
        "languages": ["es", "en"],
        "date_of_birth": date(1990, 2, 28),
        "place": {"country": "US", "region": "CA", "city": "Canarytown"},
        "safe_contact": {"email": False, "text": True, "call": False, "name_ourselves": True, "phone": "+353 87 7654321"},
        "emergency_contact": {"name": "Canaryfriend", "relation": "sister", "phone": "+353 87 1112223"},
    }
    with unit_of_work():
        api.change_profile(maya, maya.uid, **told)
    with unit_of_work(write=False):
        found = api.patient(maya.uid)
        assert {name: getattr(found, name) for name in told} == told
        assert (found.country, found.region, found.city) == ("US", "CA", "Canarytown")
        assert not api.may_mail(found)
    raw = b"".join(path.read_bytes() for path in in_clinic.files.glob("*.db*"))
    for secret in (b"anary", b"7654321", b"1990-02-28", b"Maya"):
        assert secret not in raw


def test_until_somebody_chooses_we_mail_without_our_name_and_never_phone(maya):
    with unit_of_work(write=False):
        found = api.patient(maya.uid)
        assert found.safe_contact == {"email": True, "text": False, "call": False, "name_ourselves": False, "phone": ""}
        assert not found.safe_contact_chosen
        assert api.may_mail(found)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"date_of_birth": date(2999, 1, 1)}, {"date_of_birth"}),
        ({"date_of_birth": date(2015, 1, 1)}, {"date_of_birth"}),
        ({"date_of_birth": date(1850, 1, 1)}, {"date_of_birth"}),
        ({"languages": ["klingonish"]}, {"languages"}),
        ({"place": {"country": "XX"}}, {"country"}),
        ({"place": {"country": "IE", "region": "CA"}}, {"region"}),
        ({"place": {"city": "Cork"}}, {"country"}),
        ({"safe_contact": {"text": True}}, {"phone"}),
        ({"safe_contact": {"phone": "call me"}}, {"phone"}),
        ({"emergency_contact": {"name": "", "phone": "x"}}, {"contact_name", "contact_phone"}),
        ({"preferred_name": "x" * 81}, {"preferred_name"}),
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(maya, values, fields):
    with unit_of_work(), pytest.raises(Invalid) as refused:
        api.change_profile(maya, maya.uid, **values)
    assert set(refused.value.fields) == fields


def test_only_the_patient_changes_the_profile(maya, amara, make):
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    for other in (amara, make("Noor Admin", "clinic_admin"), make("Somebody Else", "patient")):
        with unit_of_work(), pytest.raises(NotFound):
            api.change_profile(other, maya.uid, preferred_name="X")


def test_a_therapist_reads_only_while_caring(maya, amara):
    with unit_of_work(), pytest.raises(NotFound):
        api.view_patient(amara, maya.uid)
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    with unit_of_work():
        assert api.view_patient(amara, maya.uid).uid == maya.uid
    with unit_of_work():
        api.end_care(amara, maya.uid, amara.uid)
    with unit_of_work(), pytest.raises(NotFound):
        api.view_patient(amara, maya.uid)


@pytest.mark.parametrize("role", ["patient", "clinic_admin", "therapist", "moderator"])
def test_nobody_else_sees_that_a_record_exists(maya, make, role):
    with unit_of_work(), pytest.raises(NotFound):
        api.view_patient(make_inside(make, role), maya.uid)


def make_inside(make, role):
    # `make` opens its own unit, which cannot nest; an actor who has no account is as much a stranger.
    return Actor(uid=new_id(), role=role, roles=frozenset({role}))


def test_the_rows_visible_to_somebody_are_the_ones_they_may_view(maya, amara, make):
    other = make("Ola Nowak", "patient")
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    for who in (maya, other, amara, make("Noor Admin", "clinic_admin")):
        with unit_of_work(write=False) as db:
            rows = set(db.scalars(select(Patient.uid).where(policy.visible_to(who))))
            everybody = db.scalars(select(Patient)).all()
            assert rows == {one.uid for one in everybody if policy.can_view_patient(who, one)}


def test_opening_care_twice_makes_one_relation(maya, amara):
    for _ in range(2):
        with unit_of_work():
            api.open_care(maya, maya.uid, amara.uid)
    with unit_of_work(write=False) as db:
        assert len(db.scalars(select(CareRelation)).all()) == 1
        assert api.caseload(amara.uid) == [maya.uid]
        assert api.therapists_of(maya.uid) == [amara.uid]
        assert api.caseloads() == {amara.uid: 1}


def test_care_can_be_opened_again_after_it_ended(maya, amara):
    for _ in range(2):
        with unit_of_work():
            api.open_care(maya, maya.uid, amara.uid)
        with unit_of_work():
            api.end_care(maya, maya.uid, amara.uid)
    with unit_of_work(write=False) as db:
        assert len(db.scalars(select(CareRelation)).all()) == 2
        assert not api.in_care(maya.uid, amara.uid)


def test_care_needs_a_therapist(maya, make):
    admin = make("Noor Admin", "clinic_admin")
    with unit_of_work(), pytest.raises(NotFound):
        api.open_care(maya, maya.uid, admin.uid)


def test_a_therapist_cannot_take_a_patient_into_care_unasked(maya, amara):
    with unit_of_work(), pytest.raises(NotFound):
        api.open_care(amara, maya.uid, amara.uid)


def test_the_client_list_finds_by_the_name_people_use(maya, amara, make):
    others = [make(f"Client {number}", "patient") for number in range(4)]
    with unit_of_work():
        api.change_profile(maya, maya.uid, preferred_name="May")
        for one in (maya, *others):
            api.open_care(SYSTEM, one.uid, amara.uid)
    with unit_of_work(write=False):
        assert [one.name for one in care.find_clients(amara)] == ["Client 0", "Client 1", "Client 2", "Client 3", "May Ortiz"]
    with unit_of_work(write=False):
        assert [one.name for one in care.find_clients(amara, "ort ma")] == ["May Ortiz"]


def test_the_patient_reads_who_opened_the_record(maya, amara):
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    with unit_of_work(write=False):
        api.view_patient(amara, maya.uid)
    with unit_of_work(write=False):
        rows = opened.who_opened(maya, maya.uid).rows
        assert [(row.who, row.what) for row in rows] == [("Amara Okafor, therapist", "read what you told us about yourself")]
    with unit_of_work(write=False):
        own = opened.who_opened(maya, maya.uid, own_too=True).rows
        assert [row.who for row in own] == ["You", "Amara Okafor, therapist", "You"]


def test_nobody_else_reads_who_opened_the_record(maya, amara):
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    with unit_of_work(), pytest.raises(NotFound):
        opened.who_opened(amara, maya.uid)


def test_reads_and_writes_leave_audit_rows(maya, amara):
    with unit_of_work():
        api.change_profile(maya, maya.uid, preferred_name="May")
    with unit_of_work():
        api.open_care(maya, maya.uid, amara.uid)
    with unit_of_work(write=False):
        api.view_patient(amara, maya.uid)
    with unit_of_work():
        api.end_care(maya, maya.uid, amara.uid)
    assert audited(maya.uid) == ["profile.write", "care.opened", "profile.read", "care.ended"]


def test_every_place_and_language_offered_is_one_we_take(in_clinic):
    assert all(api.is_country(code) for code, _ in api.country_choices())
    assert all(api.is_language(code) for code, _ in api.language_choices())
    assert set(api.COMMON_LANGUAGES) <= {code for code, _ in api.language_choices()}
    assert api.place_name("US", "CA", "Fresno") == "Fresno, California, United States"
