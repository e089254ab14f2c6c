"""Questionnaires by a rule: a week passes, questions come by themselves, and two results make a chart."""

from __future__ import annotations

import re

from vtclinic.demo.check.problem import expect, wait_for
from vtclinic.demo.check.steps.walk import Walk

WAIT_SECONDS = 60.0
_PLACE = re.compile(r"/progress/questions/([0-9a-f-]{36})")


def see_scheduled_chart(walk: Walk) -> str:
    """Make a rule for every week, let one pass, answer the PHQ-9 that came, and see both results as a chart."""
    walk.admin.get("/questionnaires/when")
    made = walk.admin.submit("/questionnaires/when", instrument="phq-9", when="weeks", every="1", days="7")
    expect(made.says("PHQ-9", "every week"), "the rule does not show")
    walk.pass_time(days=7, hours=2)
    uid = _come(walk)
    expect(walk.patient.get(f"/progress/questions/{uid}").says("9 short questions", "Your care team sees your answers"), "it is not said who sees the answers")
    walk.patient.submit("/start")
    for number in range(1, 10):
        walk.patient.get(f"/progress/questions/{uid}/{number}")
        walk.patient.submit(f"/{uid}/{number}", value="0")
    expect(_PLACE.search(walk.patient.get("/progress").text) is None, "the questions still wait after they were answered")
    mine = walk.patient.get("/progress")
    expect(mine.text.count('<svg class="vt-chart') >= 2 and mine.says("7 lower", "Cut-off: 10"), "the chart does not show the change")
    client = re.search(r"/clients/([0-9a-f-]{36})", walk.therapist.get("/clients").text)
    expect(client, "the therapist has no client")
    assert client is not None
    theirs = walk.therapist.get(f"/clients/{client[1]}/results")
    expect(theirs.says('<svg class="vt-chart', "Reliably better"), "the therapist does not see the chart")
    return "PHQ-9 came after a week; chart with cut-off and reliable change for both"


def _come(walk: Walk) -> str:
    return wait_for(lambda: _PLACE.search(walk.patient.get("/progress").text), "no questions came", seconds=WAIT_SECONDS)[1]
