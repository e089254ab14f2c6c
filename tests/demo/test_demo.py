"""The demonstration: made of services, made once, and absent everywhere else."""

import io

import pytest
from PIL import Image

from tests.conftest import test_settings as settings_of
from vtclinic.app import create_app, open_house
from vtclinic.core import uow
from vtclinic.core.database import Engines
from vtclinic.core.errors import Conflict
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.demo.cast import CASTS, PASSWORD
from vtclinic.demo.portraits import FACES, SIZE, portrait
from vtclinic.demo.run import make, prepare
from vtclinic.demo.seed import secret_of, seed
from vtclinic.features.home import demo_accounts
from vtclinic.features.scheduling import api as scheduling
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity
from vtclinic.identity.passwords import verify_password
from vtclinic.identity.totp import accepted_step
from vtclinic.tenants.scope import tenant_scope


@pytest.fixture(scope="session")
def seeded_home(tmp_path_factory):
    """A demonstration's data folder, seeded once."""
    home = tmp_path_factory.mktemp("demo") / "home"
    make(prepare(home, 8000))
    return home


@pytest.fixture
def demo_house(seeded_home):
    """The demonstration, opened."""
    opened = open_house(prepare(seeded_home, 8000))
    yield opened
    uow.engines().dispose()
    uow.configure(Engines(4), "")


def people_of(house, slug):
    with tenant_scope(house.directory.by_slug(slug)), unit_of_work(write=False):
        return {row.email: row for row in identity.list_users(SYSTEM)}


def test_seeding_twice_changes_nothing(demo_house):
    before = {cast.slug: set(people_of(demo_house, cast.slug)) for cast in CASTS}
    seed(demo_house)
    assert {cast.slug: set(people_of(demo_house, cast.slug)) for cast in CASTS} == before


def test_every_therapist_can_be_booked_and_has_a_face(demo_house):
    for cast in CASTS:
        with tenant_scope(demo_house.directory.by_slug(cast.slug)), unit_of_work(write=False):
            working = staff.active_therapists()
            assert {row.name for row in working} == {part.name for part in cast.therapists}
            assert all(row.has_photo for row in working)
            free = scheduling.first_free([row.uid for row in working], None)
            assert all(free.values())


def test_listed_accounts_open_with_what_is_listed(demo_house):
    for cast in CASTS:
        with tenant_scope(demo_house.directory.by_slug(cast.slug)):
            listed = demo_accounts.accounts()
        assert {each.email for each in listed} <= set(people_of(demo_house, cast.slug))
        assert {each.password for each in listed} == {PASSWORD}
        assert all(accepted_step(each.secret, each.code, last_step=0) for each in listed if each.secret)
        assert all(bool(each.secret) == (each.role != "patient") for each in listed)


def test_the_same_address_at_two_clinics_is_two_people(demo_house):
    first, second = (people_of(demo_house, slug)["sam@patients.example"] for slug in ("harbour", "northside"))
    assert first.uid != second.uid
    assert secret_of("a@example.org", "harbour") != secret_of("a@example.org", "northside")


def test_the_demo_pages_show_accounts_and_mails(demo_house):
    browser = create_app(demo_house.settings, demo_house).test_client()
    base = "http://harbour.localhost"
    codes = browser.get("/demo/codes", base_url=base)
    assert codes.status_code == 200
    assert "amara@harbour.example" in codes.text
    assert browser.get("/demo/mail", base_url=base).status_code == 200
    for wrong in ("/demo/mail/unknown", "/demo/mail/..%2F..%2Fsettings", "/demo/mail/unknown/0"):
        assert browser.get(wrong, base_url=base).status_code == 404


@pytest.mark.parametrize("env", ["production", "test"])
def test_elsewhere_the_demo_pages_are_not_there(home, env):
    house = open_house(settings_of(home, env=env))
    app = create_app(house.settings, house)
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/demo")]
    assert app.test_client().get("/demo/codes", base_url="http://harbour.test").status_code == 404
    uow.engines().dispose()
    uow.configure(Engines(4), "")


def test_another_installation_is_no_demonstration(tmp_path):
    (tmp_path / "settings.toml").write_text('env = "production"\n')
    with pytest.raises(Conflict, match="no demonstration"):
        prepare(tmp_path, 8000)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(Conflict, match="other things"):
        prepare(other, 8000)


@pytest.mark.parametrize("name", FACES)
def test_a_portrait_is_a_square_picture(name):
    assert Image.open(io.BytesIO(portrait(name))).size == (SIZE, SIZE)


def test_passwords_are_long_enough_without_a_second_step():
    assert len(PASSWORD) >= 15
    assert verify_password(identity.hash_password(PASSWORD), PASSWORD)
