"""What other features may use of scheduling."""

from vtclinic.features.scheduling.agenda import day
from vtclinic.features.scheduling.diary import Booked, appointments_of, count_booked, next_appointment, next_appointments
from vtclinic.features.scheduling.kinds.catalogue import offered as services
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.features.scheduling.openings import first_free
from vtclinic.features.scheduling.upset.seeing_to import booked_and_upset

__all__ = ["Appointment", "Booked", "State", "appointments_of", "booked_and_upset", "count_booked", "day", "first_free", "next_appointment", "next_appointments", "services"]
