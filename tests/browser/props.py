"""What the pages need to have something to show: people in every state, links that still work, things half done."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from tests.browser.stage import HERE, IT, Backstage, Stage
from vtclinic.console import second_step as console_step
from vtclinic.console import sessions as console_sessions
from vtclinic.console.models import InstanceAdmin
from vtclinic.console.service import admin_by_email
from vtclinic.core import clock, jobs
from vtclinic.core.i18n import PSEUDO_LOCALE
from vtclinic.core.ids import new_id
from vtclinic.core.policy import PATIENT, SYSTEM, THERAPIST, Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import control_session, control_unit_of_work, session
from vtclinic.features.clinic import help_lines
from vtclinic.features.crisis.models import RiskTask
from vtclinic.features.home import demo_mail
from vtclinic.features.intake import service as intake
from vtclinic.features.intake.plan import current_plan
from vtclinic.features.messaging import api as messaging
from vtclinic.features.progress import answering, fhir_export
from vtclinic.features.progress import api as progress
from vtclinic.features.progress import own as own_questionnaires
from vtclinic.features.progress.instruments import load_packs
from vtclinic.features.progress.models import Response, ResponseState
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, letter_links
from vtclinic.features.scheduling.feeds import service as feed_service
from vtclinic.features.scheduling.groups import seat_links, seating
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.groups.seating import Wanted
from vtclinic.features.scheduling.models import Appointment, ServiceType
from vtclinic.features.scheduling.outside import service as outside
from vtclinic.features.scheduling.recurrence import Pattern, Rule
from vtclinic.features.scheduling.series import making as series
from vtclinic.features.scheduling.series.planning import Draft
from vtclinic.features.scheduling.upset.models import SessionTrouble
from vtclinic.features.scheduling.waiting import links as waiting_links
from vtclinic.features.scheduling.waiting.models import TimeOffer, WaitEntry
from vtclinic.features.staff.models import Credential
from vtclinic.identity import letters, second_step
from vtclinic.identity import service as identity
from vtclinic.identity.models import Passkey
from vtclinic.identity.models import Stage as Step
from vtclinic.identity.tokens import Purpose
from vtclinic.tenants.helpnow.lines import HelpLine

SAM, GRACE, EVA, PRIYA, CONOR = (f"{name}@patients.example" for name in ("sam", "grace", "eva", "priya", "conor"))
YUSUF = "yusuf@patients.example"
JAKUB = "jakub@patients.example"
AMARA, TOMAS, RUTH, OSKAR = (f"{name}@harbour.example" for name in ("amara", "tomas", "ruth", "oskar"))
NELL, BO, KIM = (f"{name}@patients.example" for name in ("nell", "bo", "kim"))
NEWCOMER = "nora@harbour.example"
PSEUDO = PSEUDO_LOCALE
# Who stands for each role of the pages, and how far their sign-in has come.
WHO = {
    "half signed in": (AMARA, Step.SECOND_STEP),
    "newcomer on the staff": (NEWCOMER, Step.SET_UP),
    "patient without answers": (NELL, Step.OPEN),
    "patient who said no": (BO, Step.OPEN),
    "patient half-way": (EVA, Step.OPEN),
    "patient who skipped": (KIM, Step.OPEN),
    "patient who chooses": (GRACE, Step.OPEN),
    "patient who asked": (PRIYA, Step.OPEN),
    "patient": (SAM, Step.OPEN),
    "patient who waits": (JAKUB, Step.OPEN),
    "therapist": (AMARA, Step.OPEN),
    "clinic_admin": (RUTH, Step.OPEN),
}


def lay_out(stage: Stage) -> None:
    """Prepare everything; fills `stage.names`, whose values stand in the addresses of pages."""
    with stage.backstage() as behind:
        with behind.inside():
            _newcomers()
            ruth = replace(behind.actor(RUTH), mfa=True, clinic_uid=current_clinic().uid)
            help_lines.save_line(ruth, HelpLine("Harbour on duty", number="+353 1 555 0100"), place=None, seen=help_lines.help_page(ruth).seen)
            stage.names["own_draft"] = str(own_questionnaires.begin(ruth, json.dumps(fhir_export.bundle(load_packs()["phq-2"])).encode()))
            stage.names.update(_people(), **_care(behind), **_links(), **_answers(behind), **_regular(behind), **_waiting(behind))
        jobs.drain()
        with behind.inside():
            stage.names["mail"] = demo_mail.caught(1)[0].key
        stage.names.update(_console(behind))
    # Nobody ships this page: the test language exists to try the shape of a page.
    english = stage.help_file
    (english.parent / f"help-now.{PSEUDO}.html").write_text(english.read_text(encoding="utf-8").replace('<html lang="en"', '<html lang="en" dir="rtl"'), encoding="utf-8")


def _newcomers() -> None:
    for name, email in (("Nell Ward", NELL), ("Bo Lund", BO), ("Kim Doyle", KIM)):
        identity.create_account(SYSTEM, identity.NewAccount(email, name, (PATIENT,), identity.UserState.ACTIVE, timezone="Europe/Dublin"))
    fresh = identity.create_account(SYSTEM, identity.NewAccount(NEWCOMER, "Nora Quinn", (THERAPIST,), identity.UserState.ACTIVE, timezone="Europe/Dublin"))
    second_step.start_app(Actor(uid=fresh.uid, role=THERAPIST, roles=frozenset({THERAPIST})))


def _people() -> dict[str, str]:
    amara = identity.user_by_email(AMARA)
    key = Passkey(
        uid=new_id(), user_uid=amara.uid, credential_id=uuid4().bytes, public_key=b"-", rp_id="harbour.localhost", label="Laptop", created_at=clock.now()
    )
    session().add(key)
    return {
        "therapist": str(amara.uid),
        "patient": str(identity.user_by_email(SAM).uid),
        "person": str(identity.user_by_email(TOMAS).uid),
        "invited": str(identity.user_by_email(OSKAR).uid),
        "passkey": str(key.uid),
    }


def _care(behind: Backstage) -> dict[str, str]:
    sam, amara, tomas = behind.actor(SAM), behind.actor(AMARA), behind.actor(TOMAS)
    nell = behind.actor(NELL)
    for therapist in (amara, tomas):
        records.open_care(nell, _uid(nell), _uid(therapist))
    coming = select(Appointment.uid).where(Appointment.patient_uid == sam.uid, Appointment.state == "booked", Appointment.starts_at > clock.now())
    waiting = select(Credential.uid).where(Credential.therapist_uid == tomas.uid, Credential.state == "pending")
    own = select(Credential.uid).where(Credential.therapist_uid == amara.uid)
    feeds = {name: str(feed_service.make_feed(who, "Phone")[0].uid) for name, who in {"feed": replace(sam, role=PATIENT), "staff_feed": replace(amara, role=THERAPIST)}.items()}
    elsewhere = {"elsewhere": str(outside.add_calendar(amara, outside.NewCalendar(kind="caldav", label="Private", address="https://nowhere.invalid/", user_name="amara", password="-")).uid)}
    return feeds | elsewhere | {name: str(session().scalars(query).first()) for name, query in {"session": coming, "credential": waiting, "licence": own}.items()} | {
        "kind": str(session().scalars(select(ServiceType.uid)).first()),
        "risk": str(session().scalars(select(RiskTask.uid).where(RiskTask.patient_uid == _uid(behind.actor(YUSUF)))).first()),
        "thread": str(_thread(sam, amara)),
        "begun": str(_begun(amara)),
        **_letters(session().scalars(select(Appointment).where(Appointment.patient_uid == sam.uid, Appointment.state == "booked", Appointment.starts_at > clock.now())).first()),
    }


def _begun(amara: Actor) -> UUID:
    """Let a session of the past have begun just now."""
    row = session().scalars(select(Appointment).where(Appointment.therapist_uid == amara.uid, Appointment.starts_at < clock.now()).order_by(Appointment.starts_at)).first()
    assert row is not None
    row.state = "booked"
    row.starts_at, row.ends_at = clock.now() - timedelta(minutes=20), clock.now() + timedelta(minutes=30)
    return row.uid


def _letters(coming: Appointment | None) -> dict[str, str]:
    assert coming is not None
    return {"coming": letter_links.token(coming, letter_links.Act.CONFIRM), "calling_off": letter_links.token(coming, letter_links.Act.CANCEL)}


def _waiting(behind: Backstage) -> dict[str, str]:
    offer = session().scalars(select(TimeOffer).where(TimeOffer.held_of.is_not(None))).one()
    waits = session().scalars(select(WaitEntry.uid).where(WaitEntry.uid != offer.entry_uid)).one()
    trouble = session().scalars(select(SessionTrouble)).one()
    made = {"pass_on": waiting_links.make(waiting_links.Purpose.NO_THANKS, offer.uid), "leave_list": waiting_links.make(waiting_links.Purpose.LEAVE, waits)}
    return made | {"kept": str(offer.entry_uid), "waits": str(waits), "upset": str(trouble.appointment_uid), "trouble": str(trouble.uid)}


def _thread(sam: Actor, amara: Actor) -> UUID:
    return messaging.thread_for(sam, _uid(sam), _uid(amara)).uid


def _regular(behind: Backstage) -> dict[str, str]:
    sam, amara = behind.actor(SAM), behind.actor(AMARA)
    first = clock.now().date() + timedelta(days=8)
    made = [Draft(_uid(sam), _uid(amara), Pattern(first, time(hour), "Europe/Dublin", Rule(interval=2))) for hour in (4, 5)]
    asked = Wanted(
        kind=GroupKind.GROUP, title="Thursday group", service_uid=diary.services()[0].uid, start=datetime.combine(first, time(2), UTC), zone="Europe/Dublin", seats=6, format="video", patients=(_uid(sam),)
    )
    planned = seating.plan(amara, asked).uid
    seat = seating.join(sam, planned).joined[0]
    return {"group": str(planned), "seat": seat_links.token(seat), "series": str(series.plan(amara, made[0], agreed=True).uid), "wish": str(series.plan(sam, made[1]).uid), "series_day": first.isoformat(), "series_number": f"{first:%Y%m%d}"}


def _links() -> dict[str, str]:
    issued = {
        "confirm": (CONOR, Purpose.CONFIRM),
        "invitation": (OSKAR, Purpose.INVITE),
        "link": (SAM, Purpose.SIGN_IN),
        "recover": (SAM, Purpose.RECOVER),
    }
    made = {name: letters.send_link(identity.user_by_email(email), purpose) for name, (email, purpose) in issued.items()}
    return made | {"address": letters.send_link(identity.user_by_email(SAM), Purpose.CHANGE_EMAIL, address="sam.new@patients.example")}


def _answers(behind: Backstage) -> dict[str, str]:
    sam, bo = behind.actor(SAM), behind.actor(BO)
    intake.save(bo, "care", "no")
    done = progress.assign(sam, _uid(sam), "phq-9")
    answering.start(sam, done)
    for number in range(1, 10):
        answering.answer(sam, done, number, 1)
    skipped = progress.assign(behind.actor(KIM), _uid(behind.actor(KIM)), "phq-9")
    kim = behind.actor(KIM)
    answering.start(kim, skipped)
    for number in range(1, 10):
        answering.answer(kim, skipped, number, None if number == 2 else 0)
    own = current_plan().own[0].key
    latest = select(Response.uid).where(Response.patient_uid == sam.uid, Response.state == ResponseState.DONE).order_by(Response.finished_at)
    opened = progress.assign(sam, _uid(sam), "gad-7")
    line = progress.assign(sam, _uid(sam), "audit-c")
    return {"line": str(line), "done": str(done), "open": str(opened), "result": str(session().scalars(latest).first()), "half": str(skipped), "own": own}


def _console(behind: Backstage) -> dict[str, str]:
    with control_unit_of_work():
        admin = admin_by_email(IT)
        assert admin is not None
        begun = console_sessions.begin(behind.house.instance, admin, HERE, stage=console_sessions.Stage.OPEN, mfa=True)
        row = console_sessions.find(behind.house.instance, begun.token)
        assert row is not None
        console_step.start_app(behind.house.instance, console_sessions.actor_for(row))
        other = InstanceAdmin(uid=new_id(), email="second@vtclinic.example", password_hash="-", created_at=clock.now(), password_changed_at=clock.now())
        control_session().add(other)
        return {"admin": str(other.uid)}


def _uid(actor: Actor) -> UUID:
    assert actor.uid is not None
    return actor.uid
