"""The doctor finds each thing it looks for, names what corrects it, and ends with 6."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from tests.cli.conftest import SETTINGS
from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM
from vtclinic.core.settings import load_settings
from vtclinic.core.uow import control_unit_of_work, session, unit_of_work
from vtclinic.features.crisis.models import RiskTask
from vtclinic.tenants import doctor
from vtclinic.tenants.doctor.files import readable_by_others
from vtclinic.tenants.facts import INITIALISED, RECOVERY_DRILL, note_fact
from vtclinic.tenants.instance import open_instance
from vtclinic.tenants.models import Clinic, InstanceFact
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.scope import tenant_scope


@pytest.fixture
def healthy(vt, home: Path) -> Path:
    """An installation the doctor has nothing against."""
    open_instance(load_settings(home))
    with control_unit_of_work() as control:
        note_fact(control, INITIALISED, "done")
        note_fact(control, RECOVERY_DRILL, "done")
    for path in home.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    home.chmod(0o700)
    return home


@pytest.fixture
def examine(vt, healthy):
    """Ask the doctor: a mapping of check to (sentence, fix) of its problems, and of everything it said."""

    def ask() -> dict[str, tuple[str, str]]:
        done = vt("doctor", "--json")
        told = json.loads(done.out)
        problems = {each["check"]: (each["sentence"], each["fix"]) for each in told["findings"] if each["level"] == "problem"}
        assert done.code == (6 if problems else 0)
        assert told["ok"] is not bool(problems)
        return problems

    return ask


def test_a_healthy_installation_has_no_problem(examine, vt):
    assert examine() == {}
    assert vt("doctor").code == 0


def test_every_finding_names_what_corrects_it(vt, fresh):
    told = json.loads(vt("doctor", "--json", at=fresh).out)
    assert told["findings"] == [{"check": "set-up", "level": "problem", "sentence": f"There is no installation in {fresh}.", "fix": "vtclinic init"}]


def test_a_data_folder_others_can_look_into(examine, healthy):
    healthy.chmod(0o755)
    assert "chmod 700" in examine()["data folder"][1]


def test_a_database_others_can_read(examine, healthy):
    healthy.chmod(0o711)
    for folder in ("clinics", "clinics/harbour"):
        (healthy / folder).chmod(0o711)
    file = healthy / "clinics" / "harbour" / "clinic.db"
    file.chmod(0o644)
    assert "clinic.db" in examine()["databases"][0]


def test_a_closed_folder_protects_what_lies_in_it(healthy):
    file = healthy / "control.db"
    file.chmod(0o644)
    assert not readable_by_others(file, healthy)
    healthy.chmod(0o711)
    assert readable_by_others(file, healthy)


@pytest.mark.parametrize("harm", ["readable", "missing", "damaged", "foreign"])
def test_a_master_key_that_is_not_safe_or_not_right(examine, healthy, harm):
    path = healthy / "master.key"
    if harm == "readable":
        path.chmod(0o644)
    elif harm == "missing":
        path.unlink()
    else:
        path.write_text("damaged" if harm == "damaged" else "cXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXE=")
    assert "master key" in examine()["master key"][0].lower()


def test_a_blank_secret(examine, healthy):
    (healthy / "mail-password").write_text("\n")
    (healthy / "settings.toml").write_text(SETTINGS + f'smtp_user = "clinic"\nsmtp_password_file = "{healthy}/mail-password"\n')
    assert "empty" in examine()["empty secrets"][0]


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ('env = "test"\nbind = "0.0.0.0"\npublic_scheme = "http"\n', "TLS"),
        ('env = "test"\nbind = "0.0.0.0"\n', "TLS"),
        ('env = "demo"\nbind = "0.0.0.0"\ntrusted_proxies = 1\nmail_backend = "file"\n', "demo"),
        ('smtp_host = "mail.example.org"\npublic_scheme = "http"\n', "TLS"),
        ('smtp_host = "mail.example.org"\nsecure_cookies = false\n', "cookies"),
        ('smtp_host = ""\n', "mail"),
        ('mail_backend = "file"\n', "mail"),
        ('smtp_host = "mail.example.org"\nsmtp_security = "none"\n', "mail"),
        ('colour = "blue"\n', "settings"),
    ],
)
def test_settings_that_leave_people_unprotected(examine, healthy, settings, check):
    (healthy / "settings.toml").write_text(settings)
    assert check in examine()


def test_a_proxy_with_tls_in_front_is_fine(examine, healthy):
    (healthy / "settings.toml").write_text('bind = "0.0.0.0"\ntrusted_proxies = 1\nsmtp_host = "mail.example.org"\nmail_from = "care@example.org"\n')
    assert examine() == {}


def test_a_schema_that_is_behind(examine, healthy):
    raw = sqlite3.connect(healthy / "clinics" / "harbour" / "clinic.db")
    with raw:
        raw.execute("DELETE FROM alembic_version")
    raw.close()
    assert examine()["migrations"][1] == "vtclinic db upgrade"


def test_a_damaged_database(examine, healthy):
    (healthy / "clinics" / "harbour" / "clinic.db").write_bytes(b"no database at all " * 400)
    assert "harbour" in examine()["databases"][0]


def test_a_clock_that_was_ahead_shows_in_files_and_in_the_trail(examine, healthy):
    ahead = clock.now() + timedelta(days=2)
    os.utime(healthy / "control.db", (ahead.timestamp(), ahead.timestamp()))
    assert "future" in examine()["clock"][0]
    now = clock.now().timestamp()
    os.utime(healthy / "control.db", (now, now))
    with time_machine.travel(ahead, tick=True), tenant_scope(Directory(open_instance(load_settings(healthy))).by_slug("harbour")), unit_of_work():
        record(SYSTEM, "act", "thing", new_id())
    assert "harbour" in examine()["clock"][0]


def test_a_recovery_that_was_never_rehearsed(examine, healthy, vt):
    with control_unit_of_work() as control:
        control.delete(control.get_one(InstanceFact, RECOVERY_DRILL))
    assert examine()["recovery drill"][1] == "vtclinic key drill"


def test_a_rehearsal_over_a_year_ago_is_a_warning(examine, healthy, vt):
    with control_unit_of_work() as control:
        control.get_one(InstanceFact, RECOVERY_DRILL).at = clock.now() - timedelta(days=400)
    assert examine() == {}
    assert "over a year ago" in vt("doctor").out


@pytest.mark.parametrize(("state", "fix"), [("making", "tenant create"), ("erasing", "tenant erase")])
def test_a_half_made_clinic(examine, healthy, state, fix):
    with control_unit_of_work() as control:
        control.query(Clinic).filter_by(slug="harbour").one().state = state
    assert fix in examine()["half-made clinics"][1]


def test_stale_crisis_numbers(examine, healthy, vt):
    later = clock.now() + timedelta(days=400)
    (healthy / "clinics" / "harbour" / "help-now.toml").write_text(
        '[[lines]]\nname = "Harbour desk"\nnumber = "+353 1 555 0100"\nreview_by = 2020-01-01\n'
    )
    os.utime(healthy / "clinics" / "harbour" / "help-now.toml", (0, 0))
    assert "Harbour desk" in examine()["help lines"][0]
    (healthy / "clinics" / "harbour" / "help-now.toml").unlink()
    with time_machine.travel(later, tick=True):
        assert "overdue" in examine()["help lines"][0]


def test_a_help_page_that_is_missing_or_older_than_its_numbers(examine, healthy, vt):
    page = healthy / "clinics" / "harbour" / "public" / "help-now.html"
    os.utime(page, (0, 0))
    sentence, fix = examine()["help lines"]
    assert "older" in sentence
    assert vt(*re.sub("^vtclinic ", "", fix).split()).code == 0
    assert examine() == {}
    page.unlink()
    assert "missing" in examine()["help lines"][0]


def test_a_ladder_that_stands_still(vt, healthy):
    def said():
        return [each for each in json.loads(vt("doctor", "--json").out)["findings"] if each["check"] == "risk tasks"]

    house = Directory(open_instance(load_settings(healthy)))
    with tenant_scope(house.by_slug("harbour")), unit_of_work():
        now, uid = clock.now(), new_id()
        session().add(
            RiskTask(uid=uid, patient_uid=new_id(), response_uid=new_id(), instrument="phq-9", item=9, level="now", state="raised", raised_at=now, due_by=now, climb_at=now - timedelta(minutes=5))
        )
    assert said() == []
    with tenant_scope(house.by_slug("harbour")), unit_of_work():
        session().get_one(RiskTask, uid).climb_at = now - timedelta(minutes=11)
    (found,) = said()
    assert (found["level"], "1 risk task of harbour" in found["sentence"], "vtclinic serve" in found["fix"]) == ("warning", True, True)


def test_a_full_disk(healthy, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10**12, 10**12 - 10**6, 10**6))
    found = doctor.examine(load_settings(healthy))
    assert any(each.check == "disk" and each.level == "problem" for each in found)


def test_the_doctor_changes_nothing(examine, healthy):
    before = {path: path.read_bytes() for path in healthy.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))}
    examine()
    assert {path: path.read_bytes() for path in before} == before


def test_a_busy_port_is_one_sentence(vt, healthy):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = vt("serve", "--port", taken.getsockname()[1])
    assert (done.code, "is in use by another program" in done.err) == (4, True)


def test_a_locked_database_is_one_sentence(vt, healthy, monkeypatch):
    monkeypatch.setattr("vtclinic.core.database.BUSY_SECONDS", 0.2)
    holder = sqlite3.connect(healthy / "control.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        done = vt("tenant", "suspend", "harbour")
    finally:
        holder.close()
    assert (done.code, "locked by another program" in done.err) == (7, True)
    assert vt("tenant", "suspend", "harbour").code == 0


@pytest.mark.parametrize(("text", "words"), [(None, "The master key is missing."), ("damaged", "is damaged"), ("\xff\xfe", "is damaged")])
@pytest.mark.parametrize("verb", [("tenant", "list"), ("serve",), ("key", "drill"), ("user", "list", "--tenant", "harbour")])
def test_nothing_starts_without_the_right_master_key(vt, healthy, text, words, verb):
    path = healthy / "master.key"
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text.encode("latin-1"))
    done = vt(*verb)
    assert (done.code, words in done.err, "vtclinic key recover" in done.err) == (7, True, True)


def test_a_folder_that_cannot_be_written_is_one_sentence(vt, healthy, monkeypatch):
    monkeypatch.setattr("os.access", lambda _path, mode: not mode & os.W_OK)
    done = vt("tenant", "list")
    assert (done.code, "read-only" in done.err) == (7, True)


def test_a_setting_that_is_unknown_is_named(vt, healthy):
    (healthy / "settings.toml").write_text('colour = "blue"\n')
    done = vt("tenant", "list")
    assert (done.code, "colour" in done.err) == (7, True)


def test_no_installation_says_how_to_make_one(vt, fresh):
    done = vt("tenant", "list", at=fresh)
    assert (done.code, "vtclinic init" in done.err) == (7, True)
