"""Fixtures for questionnaires: Sam, a patient, and Amara, a therapist, each with a browser."""

import pytest

from tests.features.progress.browsing import Browser
from vtclinic.features.progress import answering
from vtclinic.features.progress import api as progress


@pytest.fixture
def sam(people):
    return people.patient()


@pytest.fixture
def amara(people):
    return people.therapist()


@pytest.fixture
def at(app, browse, people):
    """Open a signed-in browser for somebody."""
    return lambda uid: Browser(people.sign_in(app, browse(), uid))


@pytest.fixture
def given(people):
    """Give a patient a questionnaire; returns its uid."""

    def give(patient, name="phq-9"):
        who = people.actor(patient)
        with people.inside():
            return progress.assign(who, patient, name)

    return give


@pytest.fixture
def fill(at, people):
    """Answer a questionnaire, the last question in a browser, which is then returned: `fill(sam, uid, "111111110")`; "-" skips."""

    def answer(patient, uid, values):
        who = people.actor(patient)
        with people.inside():
            answering.start(who, uid)
            for number, value in enumerate(values[:-1], 1):
                answering.answer(who, uid, number, None if value == "-" else int(value))
        browser = at(patient)
        browser.get(f"/progress/questions/{uid}/{len(values)}")
        browser.send(browser.place, **({"skip": "1"} if values[-1] == "-" else {"value": values[-1]}))
        return browser

    return answer
