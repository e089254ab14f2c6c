"""Fill two clinics with made-up people, through the services the product uses, each thing at its own time."""

from __future__ import annotations

import base64
import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from vtclinic.app import House
from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, SYSTEM, THERAPIST, Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import unit_of_work
from vtclinic.core.zones import wall_instant, zone
from vtclinic.demo.cast import CASTS, PASSWORD
from vtclinic.demo.cast.parts import Cast, Licence, PatientPart, Scores, TherapistPart
from vtclinic.demo.groups import seed_groups
from vtclinic.demo.portraits import portrait
from vtclinic.demo.rota import seed_rota
from vtclinic.demo.waiting import seed_waiting
from vtclinic.features.home.demo_accounts import DemoAccount, keep
from vtclinic.features.intake import service as intake
from vtclinic.features.intake.plan import OwnQuestion, current_plan, save_own
from vtclinic.features.matching import service as matching
from vtclinic.features.matching.asking import ask
from vtclinic.features.matching.models import RequestKind
from vtclinic.features.messaging import api as messaging
from vtclinic.features.progress import answering, plans
from vtclinic.features.progress import api as progress
from vtclinic.features.progress.models_plan import When
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, missing
from vtclinic.features.scheduling.recurrence import Pattern, Rule
from vtclinic.features.scheduling.series import making as series
from vtclinic.features.scheduling.series.planning import Draft
from vtclinic.features.staff import api as staff
from vtclinic.features.staff.practice import change_photo
from vtclinic.features.staff.uploads import Upload, redrawn
from vtclinic.identity import service as identity
from vtclinic.identity.accounts import add_user, as_actor
from vtclinic.identity.registration import note_welcome
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import NewClinic, create_clinic

LONG_AGO = timedelta(days=60)
REGISTERED = timedelta(days=45)


@dataclass(frozen=True)
class SeededClinic:
    """One clinic of the demonstration and whom one can sign in as."""

    slug: str
    name: str
    accounts: tuple[DemoAccount, ...]


def seed(house: House) -> list[SeededClinic]:
    """Make both clinics and their people; what is there already stays as it is."""
    hashed = identity.hash_password(PASSWORD)
    return [_seed_clinic(house, cast, hashed) for cast in CASTS]


def secret_of(email: str, slug: str) -> str:
    """Return the secret of a made-up person's codes app: the same in every demonstration."""
    return base64.b32encode(hashlib.sha256(f"demo {slug} {email}".encode()).digest()[:20]).decode()


def hosts_of(slug: str) -> tuple[str, ...]:
    """Return a demonstration clinic's hostnames; the first clinic also answers on localhost."""
    return (f"{slug}.localhost", "localhost") if slug == CASTS[0].slug else (f"{slug}.localhost",)


def _seed_clinic(house: House, cast: Cast, hashed: str) -> SeededClinic:
    if cast.slug not in house.directory.slugs():
        create_clinic(house.instance, SYSTEM, NewClinic(cast.slug, cast.name, hosts_of(cast.slug), cast.country, cast.timezone, theme=cast.theme))
        house.directory.forget()
    accounts = tuple(_accounts(cast))
    with tenant_scope(house.directory.by_slug(cast.slug)), unit_of_work():
        if not _is_there(cast.admin[1]):
            _People(cast, hashed).make()
        keep(accounts)
    return SeededClinic(cast.slug, cast.name, accounts)


def _is_there(email: str) -> bool:
    try:
        identity.user_by_email(email)
    except NotFound:
        return False
    return True


def _accounts(cast: Cast) -> list[DemoAccount]:
    staff_people = [(CLINIC_ADMIN, *cast.admin, "Clinic admin: people, licences, look and words")]
    staff_people += [(THERAPIST, part.name, part.email, part.story) for part in cast.therapists]
    made = [DemoAccount(role, name, email, PASSWORD, secret_of(email, cast.slug), story) for role, name, email, story in staff_people]
    return made + [DemoAccount(PATIENT, part.name, part.email, PASSWORD, "", part.story) for part in cast.patients if part.stage != "unconfirmed"]


class _People:
    """Makes one clinic's people in the open unit of work."""

    def __init__(self, cast: Cast, hashed: str) -> None:
        self._cast, self._hashed, self._now = cast, hashed, clock.now()
        self._staff: dict[str, Actor] = {}

    def make(self) -> None:
        """Make everybody, staff first."""
        with clock.at(self._now - LONG_AGO):
            admin = self._member(*self._cast.admin, CLINIC_ADMIN, self._cast.timezone)
            for part in self._cast.therapists:
                self._therapist(part, admin)
            if self._cast.own_question:
                save_own(admin, 0, OwnQuestion("", "one", *self._cast.own_question))
        with clock.at(self._now - timedelta(days=2)):
            identity.invite_user(admin, email=self._cast.invited[1], name=self._cast.invited[0], roles=[THERAPIST])
        for patient in self._cast.patients:
            self._patient(patient)
        # Made last: nothing comes by them before some weeks have passed.
        here = replace(admin, clinic_uid=current_clinic().uid)
        plans.add_for_clinic(here, plans.Wish("phq-9", When.WEEKS, every=2))
        plans.add_for_clinic(here, plans.Wish("gad-7", When.WEEKS, every=4))
        if self._cast.slug == CASTS[0].slug:
            seed_waiting(admin, self._now)
            seed_groups(self._now)
            seed_rota(admin, [_uid(self._staff[part.email]) for part in self._cast.therapists])

    def _member(self, name: str, email: str, role: str, timezone: str) -> Actor:
        user = identity.create_account(SYSTEM, identity.NewAccount(email, name, (role,), identity.UserState.ACTIVE, timezone=timezone, password_hash=self._hashed))
        identity.add_app(user, secret_of(email, self._cast.slug))
        self._staff[email] = as_actor(user)
        return self._staff[email]

    def _therapist(self, part: TherapistPart, admin: Actor) -> None:
        me = self._member(part.name, part.email, THERAPIST, part.timezone)
        uid = _uid(me)
        staff.change_practice(me, uid, timezone=part.timezone, **part.practice)
        staff.change_hours(me, uid, {day: [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans] for day, spans in part.week.items()})
        change_photo(me, uid, redrawn(Upload(portrait(part.face), "image/png")))
        for licence in part.licences:
            self._licence(uid, part.practice["title"], licence, admin)

    def _licence(self, uid: UUID, title: str, licence: Licence, admin: Actor) -> None:
        expires = date(self._now.year + 2, 12, 31)
        made = staff.hand_in(SYSTEM, uid, staff.Claim(licence.number, title, licence.register, licence.country, licence.region, expires), None)
        if licence.checked:
            staff.approve_credential(admin, made.uid)

    def _patient(self, part: PatientPart) -> None:
        account = identity.NewAccount(part.email, part.name, (PATIENT,), identity.UserState.ACTIVE, timezone=part.timezone, password_hash=self._hashed)
        with clock.at(self._now - (REGISTERED if part.stage == "care" else timedelta(days=3))):
            if part.stage == "unconfirmed":
                add_user(identity.NewAccount(part.email, part.name, (PATIENT,), identity.UserState.UNCONFIRMED, timezone=part.timezone))
                return
            user = identity.create_account(SYSTEM, account)
            note_welcome(user)
            me = as_actor(user)
            if part.emergency:
                records.change_profile(me, user.uid, emergency_contact=part.emergency)
            for key, value in part.answers.items():
                intake.save(me, key, value)
            if part.stage != "begun":
                for own in current_plan().own:
                    intake.save(me, own.key, None)
                intake.send(me)
        # The first answers come before the first session, later ones when somebody cares for the patient already.
        first = max((sheet.days_ago for sheet in part.scores), default=0)
        for sheet in part.scores:
            if sheet.days_ago == first:
                self._answer(me, sheet)
        if part.stage in ("told", "asked"):
            matching.current(me)
        if part.stage == "asked":
            ask(me, RequestKind.PERSON)
        if part.stage == "care":
            self._care(me, part)
        for sheet in part.scores:
            if sheet.days_ago != first:
                self._answer(me, sheet)

    def _answer(self, me: Actor, sheet: Scores) -> None:
        begun = self._now - timedelta(days=sheet.days_ago, minutes=40)
        with clock.at(begun):
            uid = progress.assign(me, _uid(me), sheet.instrument)
            answering.start(me, uid)
        for number, value in enumerate(sheet.answers, 1):
            with clock.at(begun + timedelta(seconds=12 * number)):
                last = number == len(sheet.answers)
                answering.answer(me, uid, number, value, safe=sheet.safe or None if last else None)

    def _care(self, me: Actor, part: PatientPart) -> None:
        with_whom = self._staff[part.therapist]
        for days in part.sessions:
            self._session(me, with_whom, days, missed=days in part.missed)
        if part.regular:
            first = self._now.astimezone(zone(part.timezone)).date() + timedelta(days=9)
            pattern = Pattern(first, time.fromisoformat(part.regular), part.timezone, Rule(interval=2))
            series.plan(with_whom, Draft(_uid(me), _uid(with_whom), pattern), agreed=True)
        if not part.words:
            return
        with clock.at(self._now - timedelta(days=5)):
            thread = messaging.thread_for(me, _uid(me), _uid(with_whom))
        for days_ago, wall, from_patient, text in part.words:
            day = self._now.astimezone(zone(part.timezone)).date() - timedelta(days=days_ago)
            with clock.at(wall_instant(day, time.fromisoformat(wall), part.timezone)):
                messaging.send(me if from_patient else with_whom, thread.uid, text, uuid4().hex)

    def _session(self, me: Actor, with_whom: Actor, days: int, *, missed: bool) -> None:
        """Book the open time nearest to now on a day, ahead of now for today if there is one; none where the day has none."""
        wanted = self._now + timedelta(days=days)
        with ExitStack() as stack:
            stack.enter_context(clock.at(wanted - timedelta(days=4)))
            place = zone(self._cast.timezone)
            slots = booking.open_times(me, _uid(with_whom)).openings.slots
            here = [slot.start for slot in slots if slot.start.astimezone(place).date() == wanted.astimezone(place).date()]
            start = min(here, key=lambda moment: _distance(moment, self._now + timedelta(minutes=20), days), default=None)
            if start is None:
                return
            made = booking.book(me, booking.Wish(_uid(with_whom), start, self._cast.timezone, uuid4()))
        if missed:
            with clock.at(made.starts_at + timedelta(minutes=20)):
                missing.note(with_whom, made.uid)


def _distance(moment: datetime, now: datetime, days: int) -> tuple[bool, timedelta]:
    ahead = moment >= now or days != 0
    return (not ahead, abs(moment - now - timedelta(days=days)))


def _uid(actor: Actor) -> UUID:
    assert actor.uid is not None
    return actor.uid
