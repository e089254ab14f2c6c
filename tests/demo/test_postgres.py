"""The whole demonstration in PostgreSQL: made by the same services, and every page that a person's links lead to opens."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from vtclinic.app import House, create_app, open_house
from vtclinic.core import jobs, uow
from vtclinic.core.crypto.keys import create_master_key
from vtclinic.core.database import Engines
from vtclinic.core.ids import new_id
from vtclinic.core.settings import load_settings
from vtclinic.core.uow import unit_of_work
from vtclinic.demo.seed import seed
from vtclinic.identity import service as identity
from vtclinic.identity import sessions, visits
from vtclinic.identity.models import Stage
from vtclinic.tenants.database import create_database
from vtclinic.tenants.instance import control_url
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
HOST = "harbour.localhost"
PEOPLE = {"sam@patients.example": "/home", "amara@harbour.example": "/today", "ruth@harbour.example": "/overview"}
MOST_PAGES = 70
_LINK = re.compile(r'href="(/[^"#]*)"')
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[^/]*|\d+")


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory, postgres) -> Iterator[House]:
    """The demonstration, all of whose databases are in PostgreSQL."""
    home: Path = tmp_path_factory.mktemp("big")
    home.chmod(0o700)
    url = postgres.url(f"vt{new_id().hex[-8:]}_{{name}}")
    settings = load_settings(home, env="demo", mail_backend="file", secure_cookies=False, public_scheme="http", database_url=url)
    create_master_key(home)
    create_database(control_url(settings))
    upgrade(control_url(settings), "control")
    house = open_house(settings)
    seed(house)
    yield house
    jobs.close()
    uow.engines().dispose()
    uow.configure(Engines(4), "")


def browser_of(app, house: House, email: str):
    """Sign somebody in without a password."""
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work():
        begun = sessions.begin(identity.user_by_email(email), sessions.Visit("test", "127.0.0.1"), stage=Stage.OPEN, mfa=True)
    client = app.test_client()
    with client.session_transaction(base_url=f"http://{HOST}") as cookie:
        cookie[visits.TOKEN] = begun.token
    return client


@pytest.mark.parametrize("email", PEOPLE)
def test_every_page_that_links_lead_to_opens(big, email, caplog):
    app = create_app(big.instance.settings, big)
    browser = browser_of(app, big, email)
    waiting, seen, wrong = [PEOPLE[email]], set(), []
    with caplog.at_level(logging.ERROR):
        while waiting and len(seen) < MOST_PAGES:
            path = waiting.pop(0)
            # One page of each shape is enough: what differs between two clients' files is data.
            shape = _UID.sub("*", urlsplit(path).path)
            if shape in seen or shape.startswith(("/static", "/theme", "/demo")):
                continue
            seen.add(shape)
            answer = browser.get(path, base_url=f"http://{HOST}")
            if answer.status_code >= 400:
                wrong.append((path, answer.status_code))
            if answer.mimetype == "text/html":
                waiting += _LINK.findall(answer.get_data(as_text=True).replace("&amp;", "&"))
                if answer.location:
                    waiting.append(urlsplit(answer.location).path)
    assert wrong == [], [(vars(record).get("kind"), vars(record).get("where")) for record in caplog.records][:3]
    assert len(seen) > 10


def test_all_periodic_work_ends_well(big, caplog):
    with caplog.at_level(logging.WARNING):
        jobs.tick()
        jobs.drain(2000)
    assert not [line for line in caplog.messages if "fail" in line], caplog.text[-3000:]
