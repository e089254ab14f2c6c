"""The pages of a patient's profile, in their order."""

from __future__ import annotations

from vtclinic.core.i18n import format_date, format_place, lazy
from vtclinic.core.i18n import gettext as _
from vtclinic.features.records.forms import (
    BirthdayForm,
    ClockForm,
    ContactForm,
    EmergencyForm,
    LanguagesForm,
    NameForm,
    PlaceForm,
    PronounsForm,
    Topic,
)
from vtclinic.features.records.models import Patient
from vtclinic.features.records.places import language_names, place_name
from vtclinic.identity.models import User


def contact_words(patient: Patient) -> list[str]:
    """Return the safe-contact rules as short sentences, for the patient and for those who want to reach them."""
    rules = patient.safe_contact
    words = [_("E-mail: yes") if rules["email"] else _("E-mail: no")]
    words.append(_("Text: yes") if rules["text"] else _("Text: no"))
    words.append(_("Call: yes, %(phone)s", phone=rules["phone"]) if rules["call"] else _("Call: no"))
    words.append(_("You may say who you are.") if rules["name_ourselves"] else _("Do not name the clinic."))
    return words


def emergency_words(patient: Patient) -> str:
    """Return the person to call in an emergency in one line; empty when there is none."""
    person = patient.emergency_contact
    return ", ".join(part for part in (person.get("name"), person.get("relation"), person.get("phone")) if part)


def _contact_answer(patient: Patient, owner: User) -> str:
    return ". ".join(word.rstrip(".") for word in contact_words(patient)) + "."


def _birthday_answer(patient: Patient, owner: User) -> str:
    return format_date(patient.date_of_birth) if patient.date_of_birth else ""


TOPICS: dict[str, Topic] = {
    "name": Topic(
        lazy("What should we call you?"),
        lazy("Your care team uses this name when they write to you and talk with you."),
        NameForm,
        lambda patient, owner: patient.preferred_name or owner.preferred_name,
    ),
    "pronouns": Topic(lazy("Which pronouns are right for you?"), lazy("So that people speak about you the right way."), PronounsForm, lambda patient, owner: patient.pronouns or ""),
    "languages": Topic(
        lazy("Which languages do you want to speak?"),
        lazy("We look for a therapist who speaks one of them well."),
        LanguagesForm,
        lambda patient, owner: ", ".join(language_names(patient.languages)),
    ),
    "birthday": Topic(lazy("When were you born?"), lazy("Some therapists work with certain ages only."), BirthdayForm, _birthday_answer),
    "place": Topic(
        lazy("Where are you most of the time?"),
        lazy("A therapist may only work where they are registered. It also tells us your emergency number."),
        PlaceForm,
        lambda patient, owner: place_name(patient.country, patient.region, patient.city),
    ),
    "clock": Topic(
        lazy("Which clock do you live by?"),
        lazy("We show you every time on this clock."),
        ClockForm,
        lambda patient, owner: format_place(owner.timezone),
        may_leave_out=False,
    ),
    "contact": Topic(
        lazy("How may we reach you?"),
        lazy("Some people share a phone or a mailbox. We only use the ways you tick."),
        ContactForm,
        _contact_answer,
        may_leave_out=False,
    ),
    "emergency": Topic(
        lazy("Is there somebody we may call in an emergency?"),
        lazy("We call this person only if your life may be in danger. We never call to chat."),
        EmergencyForm,
        lambda patient, owner: emergency_words(patient),
    ),
}
