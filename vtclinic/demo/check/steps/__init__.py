"""The path itself, one function a step: each takes the walk, raises CheckFailed when something is not as it must be, and returns what it saw in a few words.

A step that needs time to pass says `walk.pass_time(hours=2)`: web, worker and the check itself run on one test clock. Nobody is signed out by it.
"""

from collections.abc import Callable

from vtclinic.demo.check.steps import clinics, crisis, ending, patient, questionnaires, regular, reminders, waiting
from vtclinic.demo.check.steps.walk import Walk

__all__ = ["STEPS", "Walk"]

STEPS: tuple[tuple[str, Callable[[Walk], str]], ...] = (
    ("Installation and a clinic by command", clinics.make_installation),
    ("Servers", clinics.start_servers),
    ("Second clinic by command", clinics.make_second_clinic),
    ("Staff from a CSV file", clinics.import_staff),
    ("Administrator comes in", clinics.admin_comes_in),
    ("Therapist comes in", clinics.therapist_comes_in),
    ("Licence checked", clinics.verify_licence),
    ("Patient registers", patient.register_patient),
    ("First questions, on two devices", patient.answer_intake),
    ("Questionnaires", patient.answer_questionnaires),
    ("Risk task", patient.see_risk_task),
    ("Match and booking", patient.book_session),
    ("Messages both ways", patient.write_messages),
    ("Reminder and its link", reminders.confirm_by_letter),
    ("Waiting list", waiting.wait_for_a_time),
    ("Words of danger climb to the lead", crisis.climb_to_lead),
    ("Questions by a rule", questionnaires.see_scheduled_chart),
    ("The other clinic", ending.look_from_elsewhere),
    ("Sign-out", ending.sign_out),
    ("Regular times over a change of the clocks", regular.keep_the_wall_time),
    ("Audit and help", ending.verify_audit),
)
