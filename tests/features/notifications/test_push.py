"""Push: sealed for one browser, neutral, all of one size, tried again while the service is away, ended when the browser is gone."""

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import http_ece
import pytest
from sqlalchemy import func, select

from tests.architecture.source import ROOT
from tests.fakes.push import Subscribed, push_service
from tests.fakes.web import say
from vtclinic.core import http
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.uow import session
from vtclinic.features.notifications import jobs, pushes
from vtclinic.features.notifications.api import withdraw
from vtclinic.features.notifications.models import PushKey, PushOutbox, PushSubscription
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope


@pytest.fixture
def service(house, monkeypatch):
    """A push service on this machine, which the clinic may reach in this test."""
    monkeypatch.setattr(http, "_wiring", http._Wiring(loopback=True))
    with push_service() as running:
        yield running


@pytest.fixture
def allow(people, sam):
    """Let Sam's browser be pushed to."""

    def press(browser, *, who=None):
        me = people.actor(who or sam)
        with people.inside():
            return pushes.allow(me, browser.endpoint, browser.p256dh, browser.auth, device="Firefox, Linux").uid

    return press


@pytest.fixture
def phone(service, allow):
    browser = service.subscribe()
    allow(browser)
    return browser


@pytest.fixture
def sweep(people):
    def run():
        with tenant_scope(people._scope("harbour")):
            jobs.sweep(clinic="harbour")

    return run


def count(people, table):
    with people.inside():
        return session().scalar(select(func.count()).select_from(table))


def test_a_browser_gets_neutral_words_and_a_path_that_only_it_can_read(service, phone, tell, run_jobs):
    tell(path="/sessions")
    run_jobs()
    (asked,) = service.got
    words = phone.opened(asked)
    assert words == {"text": "You have a new notice", "path": f"/news/{UUID(asked.headers['topic'])}", "tag": asked.headers["topic"]}
    assert b"notice" not in asked.body
    assert int(asked.headers["ttl"]) == 24 * 3600
    with pytest.raises(http_ece.ECEException):
        Subscribed(phone.endpoint).opened(asked)


def test_all_messages_have_one_size_and_urgency_tells_no_more_than_urgency(service, phone, tell, run_jobs):
    tell(path="/")
    tell("test.urgent", "a:2", path="/sessions/0190a0b0-0000-7000-8000-000000000000")
    run_jobs()
    assert len({len(asked.body) for asked in service.got}) == 1
    assert sorted(asked.headers["urgency"] for asked in service.got) == ["high", "normal"]


def test_a_message_goes_once(people, service, phone, tell, run_jobs, sweep, clock):
    tell()
    run_jobs()
    clock.shift(timedelta(hours=1))
    sweep()
    assert len(service.got) == 1
    assert count(people, PushOutbox) == 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(people, service, phone, tell, run_jobs, status):
    service.says.append(say(status))
    tell()
    run_jobs()
    assert (count(people, PushSubscription), count(people, PushOutbox)) == (0, 0)


@pytest.mark.parametrize(("answer", "pause"), [(say(503), 30), (say(429, Retry_After="600"), 600), (say(429, Retry_After="soon"), 30), (say(500), 30)])
def test_a_service_that_is_busy_is_asked_again_later(people, service, phone, tell, run_jobs, sweep, clock, answer, pause):
    service.says.append(answer)
    tell()
    run_jobs()
    clock.shift(timedelta(seconds=pause - 1))
    sweep()
    assert len(service.got) == 1
    clock.shift(timedelta(seconds=2))
    sweep()
    assert len(service.got) == 2
    assert phone.opened(service.got[0])["tag"] == phone.opened(service.got[1])["tag"]
    assert count(people, PushOutbox) == 0


def test_a_message_that_is_of_no_use_any_more_is_dropped(people, service, phone, tell, run_jobs, sweep, clock):
    service.says += [say(503)] * 3
    tell()
    run_jobs()
    clock.shift(timedelta(hours=25))
    sweep()
    assert (len(service.got), count(people, PushOutbox)) == (1, 0)


def test_a_refused_message_is_not_sent_again_and_the_browser_stays(people, service, phone, tell, run_jobs, sweep, clock):
    service.says.append(say(400))
    tell()
    run_jobs()
    clock.shift(timedelta(hours=1))
    sweep()
    assert (len(service.got), count(people, PushSubscription)) == (1, 1)


def test_an_address_that_leads_inside_is_never_reached_and_forgotten(people, house, allow, tell, run_jobs):
    for endpoint in ("https://127.0.0.1/push", "https://10.0.0.1/push"):
        allow(Subscribed(endpoint))
    tell()
    run_jobs()
    assert (count(people, PushSubscription), count(people, PushOutbox)) == (0, 0)


@pytest.mark.parametrize("endpoint", ["javascript:alert(1)", "https://", "https://user:pass@push.example/x", "https://push.example/" + "x" * 1100, "ftp://push.example", "https://[::1]/push"])
def test_an_address_that_is_none_is_refused(allow, endpoint):
    with pytest.raises(Invalid):
        allow(Subscribed(endpoint))


@pytest.mark.parametrize(("p256dh", "auth"), [("AAAA", "MDEyMzQ1Njc4OWFiY2RlZg"), ("é", "MDEyMzQ1Njc4OWFiY2RlZg"), (None, "AAAA")])
def test_keys_that_are_none_are_refused(people, sam, p256dh, auth):
    browser, me = Subscribed("https://push.example/x"), people.actor(sam)
    with people.inside(), pytest.raises(Invalid):
        pushes.allow(me, browser.endpoint, p256dh or browser.p256dh, auth, device="-")


def test_quiet_hours_hold_push_back_and_what_is_taken_back_is_not_sent(people, sam, service, phone, tell, wish, run_jobs, sweep, clock):
    wish("push", quiet=("11:00", "13:00"))
    tell()
    tell(key="b:1")
    run_jobs()
    assert service.got == []
    with people.inside():
        withdraw(sam, prefix="b:")
    clock.shift(timedelta(hours=1, seconds=1))
    sweep()
    assert len(service.got) == 1


def test_a_browser_belongs_to_who_asked_last_and_to_nobody_else(people, service, phone, tell, allow, run_jobs):
    alex = people.patient("Alex Quinn")
    mine = allow(phone)
    tell()
    allow(phone, who=alex)
    run_jobs()
    assert service.got == [], "what waited for the one before is not for who holds it now"
    me = people.actor(people.patient("Sam Other"))
    with people.inside(), pytest.raises(NotFound):
        pushes.remove(me, mine)


def test_a_switched_off_account_gets_no_push(people, sam, phone):
    admin = people.actor(people.admin())
    with people.inside():
        identity.disable_user(admin, sam)
    assert count(people, PushSubscription) == 0


def test_the_clinic_has_one_key_and_keeps_it_sealed(people, home, app, at, clinic, northside):
    keys = {at.post("/news/push/key", data={"csrf_token": csrf(at)}).text for _ in range(2)}
    assert len(keys) == 1
    assert len(keys.pop()) == 87
    with people.inside():
        assert session().scalar(select(func.count()).select_from(PushKey)) == 1
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in home.rglob("clinic.db*"))


def test_a_browser_can_be_allowed_and_taken_away_on_the_page(people, at, app):
    browser = Subscribed("https://push.example/x")
    page = at.post("/news/push", data={"csrf_token": csrf(at), "endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}, follow_redirects=True)
    assert "Turn off" in page.text
    with people.inside():
        uid = session().scalar(select(PushSubscription.uid))
    assert "Turn off" not in at.post(f"/news/push/{uid}/off", data={"csrf_token": csrf(at)}, follow_redirects=True).text


@pytest.fixture
def at(app, browse, people, sam):
    return people.sign_in(app, browse(), sam)


def csrf(browser):
    return browser.get("/news-choices").text.split('name="csrf_token" value="')[1].split('"')[0]


def test_starting_loads_no_library_of_push():
    code = "import sys, json, vtclinic.app; print(json.dumps([name for name in ('http_ece', 'py_vapid') if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_worker_of_the_browser_shows_neutral_words_whatever_arrives(client):
    answer = client.get("/service-worker.js")
    assert answer.content_type.startswith("text/javascript")
    assert "fetch" not in answer.text.replace("nothing is fetched", "")


HANDLER = """
const heard = {}, shown = [], opened = [];
globalThis.self = { addEventListener: (name, handler) => { heard[name] = handler; },
  registration: { showNotification: (text, options) => { shown.push([text, options.tag, options.data.path]); } }, clients: { openWindow: (path) => { opened.push(path); } } };
require(process.argv[1]);
const wait = { waitUntil: () => {} };
for (const said of JSON.parse(process.argv[2])) heard.push({ ...wait, data: said === null ? null : { json: () => { if (said === "broken") throw new Error(); return said; } } });
for (const [, , path] of shown) heard.notificationclick({ ...wait, notification: { close: () => {}, data: { path } } });
console.log(JSON.stringify({ shown, opened }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node to run the browser's worker")
def test_the_workers_handlers_open_own_pages_only():
    words = "You have a new notice"
    said = [{"text": "Sie haben eine neue Nachricht", "path": "/news/1", "tag": "1"}, None, "broken", {"path": "//elsewhere.example"}, {"path": "https://elsewhere.example", "text": "x" * 200}, {"path": 7}]
    worker = ROOT / "vtclinic/static/js/service-worker.js"
    done = subprocess.run(["node", "-e", HANDLER, str(worker), json.dumps(said)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["shown"] == [["Sie haben eine neue Nachricht", "1", "/news/1"]] + [[words, "news", "/news"]] * 5
    assert found["opened"] == ["/news/1"] + ["/news"] * 5
