"""The same people and questionnaires as in the tests of progress, and the tasks that came of them."""

import pytest
from sqlalchemy import select

from tests.features.progress.conftest import amara, at, fill, given, sam  # noqa: F401 - fixtures
from vtclinic.core.uow import session
from vtclinic.features.crisis.models import RiskTask


@pytest.fixture
def tasks(people):
    """Read all tasks, the oldest first."""

    def read():
        with people.inside():
            return list(session().scalars(select(RiskTask).order_by(RiskTask.raised_at)))

    return read
