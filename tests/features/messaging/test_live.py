"""Two people write to each other through a real server: told live, caught up after an absence, nothing doubled."""

import dataclasses
import re
from uuid import uuid4

import pytest

from tests.people import PASSWORD, TOTP
from vtclinic.core import uow
from vtclinic.demo.check.browser import Browser
from vtclinic.features.messaging import service
from vtclinic.identity import totp
from vtclinic.serve.ports import free_port
from vtclinic.serve.supervisor import Supervisor


@pytest.fixture
def pair(people):
    sam, amara = people.patient("Sam Byrne", email="sam@example.org"), people.therapist("Amara Okafor", email="amara@example.org")
    people.pair(sam, amara)
    with people.inside():
        return str(service.open_thread(people.actor(sam), sam, amara).uid)


@pytest.fixture
def port(house, pair):
    settings = dataclasses.replace(house.settings, port=free_port(), log_level="error")
    uow.engines().dispose()
    supervisor = Supervisor(settings)
    supervisor.start()
    try:
        supervisor.wait_ready()
        yield settings.port
    finally:
        supervisor.stop()


@pytest.fixture
def sign_in(port):
    def sign_in(email):
        browser = Browser("harbour.test", port)
        browser.get("/sign-in")
        page = browser.submit("/sign-in", email=email, password=PASSWORD)
        if page.path == "/sign-in/code":
            browser.submit("/sign-in/code", code=totp.code_now(TOTP))
        return browser

    return sign_in


def test_two_browsers_talk_live_and_catch_up(sign_in, pair):
    sam, amara = sign_in("sam@example.org"), sign_in("amara@example.org")
    here, there = sam.live(), amara.live()
    name = uuid4().hex
    assert here.send(pair, "first words", name) | {"uid": ""} == {"ok": True, "uid": "", "seq": 1, "again": False}
    there.wait_for(1)
    assert "first words" not in repr(there.news)
    assert "first words" in amara.get(f"/messages/{pair}/since/0").text

    # Away: what is written meanwhile is fetched by number after coming back.
    there.close()
    here.send(pair, "while you were away", uuid4().hex)
    here.send(pair, "and one more", uuid4().hex)
    back = amara.live()
    caught_up = amara.get(f"/messages/{pair}/since/1").text
    assert "while you were away" in caught_up
    assert "and one more" in caught_up
    assert "first words" not in caught_up

    # The acknowledgement got lost: the same message again, over either way.
    assert here.send(pair, "first words", name)["again"]
    sam.get(f"/messages/{pair}")
    sam.submit(f"/messages/{pair}", body="first words", client_id=name)
    assert len(re.findall("first words", sam.get(f"/messages/{pair}").text)) == 1

    answered = back.send(pair, "hello Sam", uuid4().hex)
    here.wait_for(answered["seq"])
    assert back.send(str(uuid4()), "to nobody", uuid4().hex)["status"] == 404
    assert back.send(pair, " ", uuid4().hex)["status"] == 422
    here.close()
    back.close()
