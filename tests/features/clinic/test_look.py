"""What an administrator may do to the look of their own clinic."""

import io
import re

import pytest
from PIL import Image

from tests.features.clinic.conftest import hidden, look_form, token_of
from vtclinic.core.errors import Forbidden, Invalid, SignInNeeded
from vtclinic.core.policy import Actor
from vtclinic.core.uow import unit_of_work
from vtclinic.features.clinic import look, rules
from vtclinic.features.clinic.logo import redraw
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.themes import check_theme, load_theme


def send(client, do, **changes):
    return client.post("/look", data=look_form(client, **changes) | {"do": do})


def test_a_draft_changes_nothing_for_others(desk, browse, house):
    before = browse().get("/sign-in").text
    assert send(desk, "save", **{"light.primary": "#0c4644", "name": "Harbour Two"}).status_code == 303
    assert 'value="#0c4644"' in desk.get("/look").text
    house.directory.forget()
    assert re.findall(r"/theme/\w+", browse().get("/sign-in").text) == re.findall(r"/theme/\w+", before)
    assert "Harbour Two" not in browse().get("/sign-in").text


def test_publishing_changes_colours_name_and_words_for_everybody(desk, browse, house):
    changes = {"light.primary": "#0c4644", "name": "Harbour Two", "patient": "client", "patients": "clients", "headings": "literata", "corners": "round"}
    assert send(desk, "publish", **changes).status_code == 303
    house.directory.forget()
    page = browse().get("/sign-in").text
    assert "Harbour Two" in page
    css = browse().get(re.search(r"/theme/\w+\.css", page)[0]).text
    assert "#0c4644" in css
    assert "Literata" in css
    assert house.directory.by_slug("harbour").words["patients"] == "clients"
    assert "Harbour Two" in browse().get("/help-now").text


def test_the_published_file_is_a_theme_that_passes(desk, house):
    send(desk, "publish", name="Hárbour \"x\" \\ #")
    theme = load_theme(house.settings.clinics / "harbour" / "theme.toml")
    assert check_theme(theme) == []


def test_a_pair_that_cannot_be_read_is_kept_as_a_draft_and_not_published(desk, browse, house):
    answer = send(desk, "publish", **{"light.ink-2": "#8b9694"})
    assert answer.status_code == 422
    assert "to fix before you publish" in answer.text
    assert not (house.settings.clinics / "harbour" / "theme.toml").exists()
    assert 'value="#8b9694"' in desk.get("/look").text


def test_the_suggested_colour_passes(desk, house):
    send(desk, "save", **{"light.ink-2": "#8b9694"})
    suggestion = re.search(r'value="(use:light:ink-2:#[0-9a-f]{6})"', desk.get("/look").text)[1]
    assert send(desk, suggestion).status_code == 303
    assert "to fix before you publish" not in desk.get("/look").text
    assert send(desk, "publish").status_code == 303


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "url(x)", "", "#155e5b;}"])
def test_a_colour_that_is_none_is_refused(desk, colour):
    assert send(desk, "save", **{"light.primary": colour}).status_code == 422


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 81), ("patient", "<b>"), ("patient", "x" * 25), ("corners", "zigzag"), ("headings", "comic")])
def test_words_and_shapes_that_cannot_be_are_refused_and_what_was_typed_stays(desk, field, value):
    answer = send(desk, "save", **{field: value, "light.primary": "#0c4644"})
    assert answer.status_code == 422
    assert 'value="#0c4644"' in answer.text


def test_help_cannot_be_recoloured(desk, house):
    send(desk, "publish", **{"light.help": "#ffffff"})
    assert "help" not in load_theme(house.settings.clinics / "harbour" / "theme.toml").colours["light"]


def test_two_admins_who_publish_at_once_notice_each_other(app, people, desk, browse, house):
    other = people.sign_in(app, browse(), people.admin("Noor Haddad"))
    mine, theirs = look_form(desk, name="Mine"), look_form(other, name="Theirs")
    assert other.post("/look", data=theirs | {"do": "publish"}).status_code == 303
    answer = desk.post("/look", data=mine | {"do": "publish"})
    assert answer.status_code == 409
    assert "changed the look after you opened this page" in answer.text
    assert 'value="Mine"' in answer.text
    house.directory.forget()
    assert house.directory.by_slug("harbour").name == "Theirs"
    again = mine | {"do": "publish", "seen": hidden(answer.text, "seen")}
    assert desk.post("/look", data=again).status_code == 303
    house.directory.forget()
    assert house.directory.by_slug("harbour").name == "Mine"


def test_undo_puts_the_look_before_back_and_keeps_the_other_as_a_draft(desk, house):
    send(desk, "publish", **{"light.primary": "#0c4644", "name": "Harbour Two"})
    text = desk.get("/look").text
    seen = re.findall(r'name="seen" value="(\d+)"', text)[-1]
    assert desk.post("/look/undo", data={"seen": seen, "csrf_token": token_of(desk, "/look")}).status_code == 303
    house.directory.forget()
    assert house.directory.by_slug("harbour").name == "Harbour"
    assert load_theme(house.settings.clinics / "harbour" / "theme.toml").colours["light"]["primary"] == "#155e5b"
    assert 'value="Harbour Two"' in desk.get("/look").text
    assert desk.post("/look/undo", data={"seen": seen, "csrf_token": token_of(desk, "/look")}).status_code == 409


def test_discarding_shows_what_is_published(desk):
    send(desk, "save", **{"light.primary": "#0d4745"})
    assert 'value="#0d4745"' in desk.get("/look").text
    assert send(desk, "discard").status_code == 303
    assert 'value="#0d4745"' not in desk.get("/look").text


def test_starting_over_takes_another_themes_colours_and_keeps_the_words(desk):
    send(desk, "save", patient="client", patients="clients")
    assert send(desk, "start", start="warm").status_code == 303
    page = desk.get("/look").text
    assert 'value="#87402a"' in page
    assert 'value="client"' in page
    assert send(desk, "start", start="../../etc").status_code == 422


def test_the_preview_works_without_scripts(desk):
    assert 'data-vt-preview data-bs-theme="dark"' in desk.get("/look?show=dark").text
    assert 'data-bs-theme="light" dir="rtl"' in desk.get("/look?show=rtl").text
    css = desk.get("/look/draft.css").text
    assert all(line.startswith(("[data-vt-preview]", "@font-face")) for line in css.splitlines() if line.endswith("{"))


@pytest.mark.parametrize("path", ["/look", "/look/logo", "/look/draft.css", "/help-lines", "/help-lines/add", "/clinic", "/access-log"])
def test_only_the_clinics_administrators_come_in(app, people, browse, path):
    assert browse().get(path).status_code == 303
    for uid in (people.patient(), people.therapist()):
        assert people.sign_in(app, browse(), uid).get(path).status_code == 403


def test_an_administrator_of_one_clinic_touches_no_other(house, people, northside):
    ruth = people.actor(people.admin())
    with tenant_scope(northside), unit_of_work():
        for act in (
            lambda: look.desk(house.instance, ruth),
            lambda: rules.change_rules(house.instance, ruth, registration="closed", leave_url="https://example.org/"),
            lambda: rules.choose_on_duty(ruth, []),
        ):
            with pytest.raises(Forbidden):
                act()
        nobody = Actor(None, "anonymous")
        with pytest.raises(SignInNeeded):
            look.desk(house.instance, nobody)


def test_a_cookie_of_one_clinic_opens_no_other_clinics_editor(desk, browse):
    other = browse("northside")
    other.set_cookie("vt", desk.get_cookie("vt", domain="harbour.test").value, domain="northside.test")
    assert other.get("/look").status_code == 303


def test_a_form_without_its_token_is_refused(desk):
    form = look_form(desk) | {"do": "publish"}
    del form["csrf_token"]
    assert desk.post("/look", data=form).status_code == 400


def picture(kind="PNG", size=(300, 200)):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def upload(client, content, name="logo.png"):
    return client.post("/look/logo", data={"logo": (io.BytesIO(content), name), "csrf_token": token_of(client, "/look/logo")})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_served(desk, browse, house, kind):
    assert upload(desk, picture(kind) + b"trailing secrets").status_code == 303
    house.directory.forget()
    with browse().get("/logo.png") as served:
        assert served.status_code == 200
        content = served.data
    assert b"trailing secrets" not in content
    with Image.open(io.BytesIO(content)) as found:
        assert found.format == "PNG"
        assert found.height <= 144


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG files can hold programs"),
        (b"not a picture", "We could not open this picture"),
        (picture()[:60], "We could not open this picture"),
        (b"", "Choose a file first"),
        (picture(size=(8, 8)), "too small"),
    ],
)
def test_what_is_no_logo_is_refused_in_words(desk, house, content, sentence):
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not (house.settings.clinics / "harbour" / "public" / "logo.png").exists()


def test_a_file_of_more_than_two_megabytes_is_refused():
    with pytest.raises(Invalid, match="the most is 2 MB"):
        redraw(b"x" * (2 * 1024 * 1024 + 1))


def test_a_picture_bomb_is_refused():
    with pytest.raises(Invalid, match="too large"):
        redraw(picture(size=(5000, 4000)))


def test_a_logo_can_be_taken_away(desk, browse, house):
    upload(desk, picture())
    house.directory.forget()
    desk.post("/look/logo/remove", data={"csrf_token": token_of(desk, "/look/logo")})
    house.directory.forget()
    assert browse().get("/logo.png").status_code == 404
