"""Change a series or call it off: one time, this and what follows, or all that is to come. An occurrence stays the same appointment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.scheduling import calling_off, placing
from vtclinic.features.scheduling.models import Appointment, State, ceiling, floor
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.recurrence import Occurrence, Pattern, Recurrence, Window, occurrence
from vtclinic.features.scheduling.series import filling, lookup, own_moves, planning, policy, renaming, telling
from vtclinic.features.scheduling.series.lookup import Time
from vtclinic.features.scheduling.series.models import Series, SeriesState, SeriesTime
from vtclinic.features.scheduling.series.planning import Line, Terms
from vtclinic.features.scheduling.series.renaming import Scope, Shift
from vtclinic.features.scheduling.times import Slot


@dataclass(frozen=True)
class Step:
    """One known time on its way: its new name and place, and what is in the way of it there."""

    time: Time
    line: Line

    @property
    def goes(self) -> bool:
        """Tell whether it can be moved."""
        return self.line.why in (None, *filling.SOFT)


@dataclass(frozen=True)
class Foreseen:
    """What a change would do: the booked times on their way, those that would be booked beside them, and those that have no place any more.

    `pattern` is what is followed from then on; None when one time moves by itself.
    """

    steps: list[Step]
    more: list[Line]
    over: list[Time]
    pattern: Pattern | None


@dataclass
class Moved:
    """What a change did: the sessions that moved, and those that stay because their new time is taken."""

    moved: list[Appointment]
    stayed: list[Appointment]


def foresee(actor: Actor, uid: UUID, shift: Shift) -> Foreseen:
    """Return what a change would do, without doing it."""
    series = lookup.series(uid)
    _allow(actor, series, shift)
    shift = renaming.aimed(series, shift)
    if shift.scope is Scope.ONE:
        return Foreseen(_steps(series, shift), [], [], None)
    pattern, chosen = renaming.pattern(series, shift), _chosen(series, shift)
    named = {time.day for _each, time in chosen}
    found = planning.agreed(filling.draft_of(series))
    more = [each for each in Recurrence(pattern).between(Window(clock.now(), found.horizon)) if each.day not in named]
    over = _over(series, shift)
    lines = _lines(found, [*(time for _each, time in chosen), *more], [*(each for each, _time in chosen), *over])
    if actor.is_patient:
        own_moves.check_open(series, [lines[time.day] for _each, time in chosen])
    return Foreseen([Step(each, lines[time.day]) for each, time in chosen], [lines[each.day] for each in more], over, pattern)


def move(actor: Actor, uid: UUID, shift: Shift) -> Moved:
    """Move one time, or it and what follows; times moved by themselves before stay where they are.

    What cannot go, because its new time is taken, stays where it is, and the answer says so. Raises SlotTaken when it is the only one, and
    Conflict or Invalid when a patient may not move it by themselves or not there.
    """
    series = lookup.series(uid, lock=True)
    _allow(actor, series, shift)
    if not series.is_running:
        raise Conflict(_("These regular times have ended. Nothing was changed."))
    shift = renaming.aimed(series, shift)
    steps = _steps(series, shift)
    if actor.is_patient:
        own_moves.check_open(series, [step.line for step in steps])
    if shift.scope is not Scope.ONE:
        _call_off(actor, series, _over(series, shift))
    done = _move_one(steps[0]) if shift.scope is Scope.ONE else _move_all(series, shift, steps)
    record(actor, "series.changed", "series", uid, patient_uid=series.patient_uid)
    telling.write(series, sorted(done.moved, key=lambda each: each.starts_at), telling.MOVED)
    return done


def cancel(actor: Actor, uid: UUID, day: date, scope: Scope) -> Series:
    """Call off one time, it and what follows, or all that is to come; nothing is booked of it any more in the last two cases."""
    series = lookup.series(uid, lock=True)
    authorize(actor, policy.can_cancel, series)
    standing = [each for each in lookup.coming(series) if each.stands]
    if scope is Scope.ONE:
        chosen = next((each.appointment for each in standing if each.row.day == day), None)
        if chosen is None:
            raise NotFound()
        calling_off.cancel(actor, chosen.uid)
        return series
    _call_off(actor, series, [each for each in standing if scope is Scope.ALL or each.row.day >= day])
    record(actor, "series.ended", "series", uid, patient_uid=series.patient_uid)
    _stop_before(series, clock.now().date() if scope is Scope.ALL else day)
    return series


def book_left_out(actor: Actor, uid: UUID, day: date) -> Appointment:
    """Book a time that was left out, as the therapist; raises SlotTaken."""
    series = lookup.series(uid, lock=True)
    authorize(actor, policy.can_move, series)
    row = session().get(SeriesTime, (uid, day))
    if row is None or not series.is_running or row.appointment_uid is not None or row.at <= clock.now():
        raise NotFound()
    appointment = filling.book_one(series, row)
    record(actor, "appointment.booked", "appointment", appointment.uid, patient_uid=series.patient_uid)
    telling.write(series, [appointment], telling.BOOKED)
    return appointment


def end_after_care(patient_uid: UUID, therapist_uid: UUID) -> None:
    """Book no more between two people whose care has ended; what was booked is called off with all else."""
    for series in lookup.between(patient_uid, therapist_uid):
        series.end(clock.now())
        record(SYSTEM, "series.ended", "series", series.uid, patient_uid=patient_uid)


def _allow(actor: Actor, series: Series, shift: Shift) -> None:
    """Let its therapist do all, and its patient move one and what follows, in the same rhythm, by the clinic's rules."""
    if not actor.is_patient or shift.scope is not Scope.FOLLOWING or shift.rhythm is not None:
        authorize(actor, policy.can_move, series)
        return
    authorize(actor, policy.can_move_on, series)
    time = next((each for each in lookup.coming(series) if each.stands and each.row.day == shift.day), None)
    if time is None:
        raise NotFound()
    own_moves.check_rules(series, time)


def _steps(series: Series, shift: Shift) -> list[Step]:
    chosen = _chosen(series, shift)
    lines = _lines(planning.agreed(filling.draft_of(series)), [time for _each, time in chosen], [*(each for each, _time in chosen), *_over(series, shift)])
    return [Step(each, lines[time.day]) for each, time in chosen]


def _chosen(series: Series, shift: Shift) -> list[tuple[Time, Occurrence]]:
    """Return the booked times that a change means, each with where it would go."""
    known = [each for each in lookup.coming(series) if each.stands]
    if shift.scope is Scope.ONE:
        found = [(each, occurrence(shift.day, shift.to, shift.wall, series.zone)) for each in known if each.row.day == shift.day]
    else:
        new = renaming.names(series, shift)
        meant = [each for each in known if each.row.day in new and (each.row.day == shift.day or not _by_itself(series, each))]
        found = [(each, occurrence(new[each.row.day], new[each.row.day], shift.wall, series.zone)) for each in meant]
    if not found:
        raise NotFound()
    if any(time.start <= clock.now() for _each, time in found):
        raise Invalid(_("Look at the day."), fields={"to": _("Choose a day and time that are still to come.")})
    return found


def _lines(found: Terms, times: Sequence[Occurrence], making_room: Iterable[Time]) -> dict[date, Line]:
    own = {Slot(floor(row.starts_at), ceiling(row.ends_at)) for each in making_room if (row := each.appointment) is not None}
    return {line.time.day: line for line in planning.lines(found, sorted(times, key=lambda each: each.start), own=own)}


def _over(series: Series, shift: Shift) -> list[Time]:
    """Return the booked times that another rhythm leaves no place for before the last day."""
    if shift.rhythm is None:
        return []
    new = renaming.names(series, shift)
    return [each for each in lookup.coming(series) if each.stands and each.row.day >= shift.day and each.row.day not in new and not _by_itself(series, each)]


def _by_itself(series: Series, each: Time) -> bool:
    """Tell whether somebody moved this one alone."""
    row = each.row
    return row.local.date() != row.day or each.starts_at != row.at or (row.day >= series.first and row.local.time() != series.wall)


def _move_one(step: Step) -> Moved:
    appointment = _moved(step)
    if appointment is None:
        raise SlotTaken
    _note(step.time.row, step.line.time)
    return Moved([appointment], [])


def _move_all(series: Series, shift: Shift, steps: Sequence[Step]) -> Moved:
    done, new, pattern = Moved([], []), renaming.names(series, shift), renaming.pattern(series, shift)
    # From the far end in the direction of the move, so that no session waits for the place of the next.
    later = steps[0].line.time.start > steps[0].time.starts_at
    for step in reversed(steps) if later else steps:
        assert step.time.appointment is not None
        moved = _moved(step)
        if moved is None:
            done.stayed.append(step.time.appointment)
        else:
            _note(step.time.row, step.line.time)
            done.moved.append(moved)
    renaming.rename([each.row for each in lookup.times(series, since=shift.day)], new, keep_unnamed=shift.rhythm is None)
    series.follow(pattern, clock.now())
    session().flush()
    done.moved += filling.appointments(filling.fill(series))
    return done


def _moved(step: Step) -> Appointment | None:
    appointment, line = step.time.appointment, step.line
    assert appointment is not None
    if not step.goes:
        return None
    try:
        placing.move(appointment, line.time.start, line.end)
    except SlotTaken:
        return None
    record(SYSTEM, "appointment.moved", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    return appointment


def _note(row: SeriesTime, time: Occurrence) -> None:
    row.local, row.at = time.local, time.start


def _call_off(actor: Actor, series: Series, chosen: Iterable[Time]) -> None:
    state = State.CANCELLED_BY_PATIENT if policy.is_its_patient(actor, series) else State.CANCELLED_BY_CLINIC
    told = []
    for appointment in [each.appointment for each in chosen if each.appointment is not None]:
        if state is State.CANCELLED_BY_PATIENT and clock.now() > appointment.cancel_by:
            calling_off.cancel(actor, appointment.uid)  # too late to be one of many: it has rules and words of its own
            continue
        appointment.cancel(state, clock.now())
        placing.release(appointment)
        record(actor, "appointment.cancelled", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
        told.append(appointment)
    telling.write(series, told, telling.CANCELLED)


def _stop_before(series: Series, day: date) -> None:
    pattern, last = series.pattern, day - timedelta(days=1)
    if last < pattern.first:
        series.end(clock.now())
        return
    series.follow(replace(pattern, rule=replace(pattern.rule, count=None, until=last)), clock.now())
    if not any(each.stands for each in lookup.coming(series)):
        series.state = SeriesState.ENDED
