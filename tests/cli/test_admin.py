"""IT administrators from the command line."""

from __future__ import annotations

import json

from sqlalchemy import select

from vtclinic.console.models import InstanceAdmin, InstanceTotp
from vtclinic.console.second_step import start_app
from vtclinic.console.sessions import Stage, actor_for, begin, find
from vtclinic.core.settings import load_settings
from vtclinic.core.uow import control_session, control_unit_of_work
from vtclinic.identity.sessions import Visit
from vtclinic.tenants.instance import open_instance


def test_who_lost_every_second_step_comes_back_by_command_and_it_is_written_down(vt, installed):
    instance = open_instance(load_settings(installed))
    with control_unit_of_work():
        row = control_session().scalars(select(InstanceAdmin)).one()
        address = row.email
        opened = begin(instance, row, Visit("browser", "127.0.0.1"), stage=Stage.OPEN, mfa=True)
        signed_in = find(instance, opened.token)
        start_app(instance, actor_for(signed_in))
    assert json.loads(vt("admin", "list", "--json", at=installed).out)[0]["email"] == address
    assert vt("admin", "reset-second-step", address, at=installed).code == 0
    instance = open_instance(load_settings(installed))
    with control_unit_of_work(write=False):
        assert control_session().scalars(select(InstanceTotp)).all() == []
        assert find(instance, opened.token) is None
    assert vt("audit", "verify", "--instance", at=installed).code == 0


def test_an_address_that_runs_nothing_is_said(vt, installed):
    done = vt("admin", "reset-second-step", "who@instance.example", at=installed)
    assert done.code == 3 and "vtclinic admin list" in done.err
