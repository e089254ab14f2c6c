"""The flows as a browser without JavaScript walks them."""

import json
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import event

from tests.identity.authenticator import SoftAuthenticator
from tests.identity.conftest import PASSWORD, code_now, in_scope, mails, make_user, post, token_of
from vtclinic.core import clock
from vtclinic.core.mail import render
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import engines, unit_of_work
from vtclinic.identity import letters, service
from vtclinic.identity.models import Stage
from vtclinic.identity.visits import NEXT_STEPS

REGISTER = {"name": "Mira", "email": "mira@example.org", "password": PASSWORD, "adult": "y", "consents": "y", "timezone": "Europe/Dublin"}


@pytest.fixture
def mail(clinic):
    def newest(number=-1):
        with in_scope(clinic):
            return mails()[number]

    return newest


@pytest.fixture
def mira(clinic):
    with in_scope(clinic):
        return make_user()


@pytest.fixture
def amara(clinic):
    with in_scope(clinic):
        return make_user("amara@example.org", ("therapist",), app=True)


def path_of(url):
    return "/" + url.split("/", 3)[3]


def test_somebody_registers_confirms_and_reads_how_to_leave(client, mail):
    answer = post(client, "/register", **REGISTER)
    assert (answer.status_code, answer.location) == (303, "/register/check-your-mail")
    assert client.get("/account").location == "/register/check-your-mail"
    link = path_of(mail().url)
    assert "Confirm and go on" in client.get(link).get_data(as_text=True)
    assert post(client, link).location == "/welcome/leaving-quickly"
    assert "press Shift 3 times" in client.get("/welcome/leaving-quickly").get_data(as_text=True)
    assert post(client, "/welcome/leaving-quickly").location == "/"
    assert client.get("/account").status_code == 200
    assert client.get(link).status_code == 410


def test_opening_the_link_alone_confirms_nothing(client, browse, mail):
    post(client, "/register", **REGISTER)
    scanner = browse()
    for _ in range(2):
        assert scanner.get(path_of(mail().url)).status_code == 200
    assert "The password you chose" in scanner.get(path_of(mail().url)).get_data(as_text=True)


def test_registering_an_address_that_has_an_account_looks_the_same(browse, mira, mail):
    answers = [post(browse(), "/register", **(REGISTER | {"email": email})) for email in ("mira@example.org", "new@example.org")]
    assert len({(a.status_code, a.location, a.get_data()) for a in answers}) == 1
    assert set(answers[0].headers.keys()) == set(answers[1].headers.keys())
    assert (mail(0).template, mail(1).template) == ("account_exists", "account_confirm")


@pytest.mark.parametrize("path", ["/sign-in/forgot", "/sign-in/link"])
def test_asking_for_a_link_looks_the_same_for_everybody(browse, mira, path):
    answers = [post(browse(), path, email=email) for email in ("mira@example.org", "nobody@example.org")]
    assert len({(a.status_code, a.location, a.get_data()) for a in answers}) == 1


def test_a_failed_sign_in_looks_the_same_for_everybody(browse, mira):
    texts = []
    for email in ("mira@example.org", "nobody@example.org"):
        browser = browse()
        token = token_of(browser, "/sign-in")
        answer = browser.post("/sign-in", data={"email": email, "password": "not the password", "csrf_token": token})
        assert answer.status_code == 422
        texts.append(answer.get_data(as_text=True).replace(email, "").replace(token, "").split("<form")[0])
    assert texts[0] == texts[1] and "do not match" in texts[0]


def test_errors_stand_in_a_summary_and_keep_what_was_typed(client):
    answer = post(client, "/register", **(REGISTER | {"password": "short", "email": "nonsense"}))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in text and 'value="nonsense"' in text and 'value="short"' not in text


def test_sign_in_leads_on_to_where_somebody_wanted_to_go_and_nowhere_else(browse, mira):
    browser = browse()
    target = browser.get("/account/devices").location
    assert target == "/sign-in?next=/account/devices"
    answer = browser.post(target, data={"email": mira.email, "password": PASSWORD, "csrf_token": token_of(browser, target), "next": "/account/devices"})
    assert answer.location == "/account/devices"
    for evil in ("https://example.org/", "//example.org", "/\\example.org", "/a\nb"):
        browser = browse()
        assert post(browser, "/sign-in", email=mira.email, password=PASSWORD, next=evil).location == "/"


def test_what_was_planted_in_the_cookie_before_is_gone_after_sign_in(client, mira):
    with client.session_transaction() as cookie:
        cookie["sid"], cookie["planted"] = "chosen-by-somebody-else", "x"
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie and cookie["sid"] != "chosen-by-somebody-else"


def test_staff_pass_the_second_step_before_anything_else(client, amara):
    assert post(client, "/sign-in", email=amara.email, password=PASSWORD, next="/account/devices").location == "/sign-in/code"
    assert client.get("/account").location == "/sign-in/code"
    assert client.get("/sign-in/code").status_code == 200
    assert post(client, "/sign-in/code", code="000000").status_code == 422
    assert post(client, "/sign-in/code", code=code_now()).location == "/account/devices"
    assert client.get("/account/devices").status_code == 200


def test_invited_staff_set_a_password_and_then_a_second_step_before_anything_else(client, clinic, mail):
    with in_scope(clinic), unit_of_work():
        service.invite_user(SYSTEM, email="amara@example.org", name="Amara Osei", roles=["therapist"])
    link = path_of(mail().url)
    assert "Amara Osei" in client.get(link).get_data(as_text=True)
    assert post(client, link, name="Amara Osei", password="kf83hg92").location == "/second-step"
    for path in ("/account", "/account/devices", "/account/password", "/second-step/codes"):
        assert client.get(path).location == "/second-step", path
    assert "It takes about 2 minutes" in client.get("/second-step").get_data(as_text=True)
    assert post(client, "/second-step/app", page="/second-step").location == "/second-step/app"
    text = client.get("/second-step/app").get_data(as_text=True)
    secret = text.split('<code class="user-select-all" dir="ltr">')[1].split("<")[0].replace(" ", "")
    assert "<svg" in text
    assert post(client, "/second-step/app/code", page="/second-step/app", code="000000").status_code == 422
    assert post(client, "/second-step/app/code", page="/second-step/app", code=pyotp.TOTP(secret).now()).location == "/second-step/codes"
    codes = post(client, "/second-step/codes").get_data(as_text=True)
    assert codes.count("<code>") == 8
    assert client.get("/account").status_code == 200
    assert mail().template == "account_second_step_changed"


def test_a_passkey_is_added_and_signs_in(browse, mira):
    device = SoftAuthenticator("http://harbour.test")
    browser = browse()
    post(browser, "/sign-in", email=mira.email, password=PASSWORD)
    headers = {"X-CSRFToken": token_of(browser, "/second-step")}
    asked = browser.post("/second-step/passkey/options", headers=headers).get_json()
    added = post(browser, "/second-step/passkey", page="/second-step", challenge=asked["challenge"], answer=device.create(asked["options"]), label="phone")
    assert added.location == "/second-step/codes"
    assert "phone" in browser.get("/second-step").get_data(as_text=True)
    other = browse()
    headers = {"X-CSRFToken": token_of(other, "/sign-in")}
    asked = other.post("/sign-in/passkey/options", headers=headers).get_json()
    assert json.loads(asked["options"])["rpId"] == "harbour.test"
    assert other.post("/sign-in/passkey", data={"challenge": asked["challenge"], "answer": device.get(asked["options"]), "csrf_token": headers["X-CSRFToken"]}).location == "/"
    assert other.get("/account").status_code == 200


def test_signing_out_ends_the_session_and_clears_the_browser(client, mira):
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    kept = client.get_cookie("vt", domain="harbour.test").value
    answer = post(client, "/sign-out", page="/account")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"' and answer.location == "/signed-out"
    client.set_cookie("vt", kept, domain="harbour.test")
    assert client.get("/account").status_code == 303


def test_after_a_time_out_the_page_says_so_and_leads_back(client, mira):
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        target = client.get("/account/devices").location
        text = client.get(target).get_data(as_text=True)
        assert "We signed you out after 30 minutes, to keep this private." in text and "Sign in and go on" in text
        assert post(client, target, email=mira.email, password=PASSWORD, next="/account/devices").location == "/account/devices"


@pytest.mark.parametrize("path", ["/account/password", "/account/e-mail", "/second-step", "/second-step/codes"])
def test_sensitive_pages_ask_again_after_ten_minutes(client, mira, path):
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    assert client.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        target = client.get(path).location
        assert target == f"/confirm-it-is-you?next={path}"
        assert post(client, "/confirm-it-is-you", page=target, password="not the password").status_code == 422
        assert post(client, "/confirm-it-is-you", page=target, password=PASSWORD, next=path).location == path
        assert client.get(path).status_code == 200


def test_a_pause_is_told_in_words_on_the_sign_in_page(client, mira):
    for _ in range(5):
        assert post(client, "/sign-in", email=mira.email, password="not the password").status_code == 422
    answer = post(client, "/sign-in", email=mira.email, password=PASSWORD)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert "we wait until" in answer.get_data(as_text=True) and "/sign-in/link" in answer.get_data(as_text=True)


def test_a_device_and_all_devices_are_signed_out(browse, mira):
    phone, library = browse(), browse()
    for browser in (phone, library):
        post(browser, "/sign-in", email=mira.email, password=PASSWORD)
    text = phone.get("/account/devices").get_data(as_text=True)
    assert text.count('action="/account/devices/') == 3 and "this device" in text
    post(phone, "/account/devices/sign-out-everywhere", page="/account/devices")
    assert library.get("/account").status_code == 303


def test_settings_are_saved_and_the_page_follows_them(client, mira):
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    answer = post(client, "/account", name="Mi", locale="en", timezone="Europe/Berlin", appearance="dark", easier_letters="y")
    assert answer.location == "/account?saved=1"
    text = client.get(answer.location).get_data(as_text=True)
    assert 'data-bs-theme="dark"' in text and 'data-vt-letters="easier"' in text and "Saved." in text


def test_every_mailed_link_leads_to_a_page(app):
    rules = {str(rule) for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    for path in letters.PATHS.values():
        assert f"{path}<token>" in rules
    assert set(NEXT_STEPS) == set(Stage) - {Stage.OPEN}


@pytest.mark.parametrize("path", [f"{path}nonsense" for path in letters.PATHS.values()])
def test_a_wrong_link_is_gone_in_plain_words(client, path):
    answer = client.get(path)
    assert answer.status_code == 410 and "does not work any more" in answer.get_data(as_text=True)


def test_a_request_of_somebody_signed_in_costs_one_query_of_identity(client, clinic, mira):
    post(client, "/sign-in", email=mira.email, password=PASSWORD)
    client.get("/signed-out")
    asked = []
    event.listen(engines().get(clinic.database_url), "before_cursor_execute", lambda *args: asked.append(args[2]))
    client.get("/signed-out")
    assert len([words for words in asked if "login_session" in words or 'FROM "user"' in words]) == 1


def test_a_form_without_its_token_changes_nothing(client, mira):
    assert client.post("/sign-in", data={"email": mira.email, "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize("template", sorted(letters._TEMPLATES.values()))
def test_mails_are_neutral(in_clinic, template):
    letter = render(template, {"url": "https://harbour.test/x"})
    subject = letter.subject.casefold()
    assert not any(word in subject for word in ("harbour", "clinic", "therap", "session", "patient"))
    assert "https://harbour.test/x" in letter.text and "https://harbour.test/x" in letter.html and "/help-now" in letter.text

