"""The plain words for acts in a clinic's access log."""

from __future__ import annotations

from vtclinic.core.i18n import gettext, lazy

# The first part of an act's name: what it was about.
KINDS = {
    "access-log": lazy("This log"),
    "account": lazy("Accounts"),
    "appointment": lazy("Sessions"),
    "calendar": lazy("Calendars"),
    "care": lazy("Care"),
    "caseload": lazy("Lists of clients"),
    "clinic": lazy("The clinic’s rules"),
    "consent": lazy("Consents"),
    "credential": lazy("Licences"),
    "day": lazy("Day lists"),
    "help-line": lazy("Help lines"),
    "intake": lazy("First answers"),
    "look": lazy("Look and words"),
    "match": lazy("Matches"),
    "message": lazy("Messages"),
    "opened": lazy("Who opened a record"),
    "people": lazy("People"),
    "practice": lazy("Therapists’ profiles"),
    "profile": lazy("Patients’ profiles"),
    "questionnaire": lazy("Questions"),
    "recovery": lazy("Forgotten passwords"),
    "result": lazy("Results"),
    "risk": lazy("Risk tasks"),
    "second-step": lazy("Second steps"),
    "session": lazy("Devices"),
    "sign-in": lazy("Signing in"),
}
VERBS = {
    "read": lazy("opened"),
    "list": lazy("opened the list"),
    "queue": lazy("opened the list"),
    "searched": lazy("searched"),
    "write": lazy("wrote"),
    "answer": lazy("answered"),
    "send": lazy("sent"),
    "give": lazy("gave"),
    "withdraw": lazy("withdrew"),
    "withdrawn": lazy("withdrawn"),
    "assign": lazy("gave out"),
    "start": lazy("began"),
    "finish": lazy("finished"),
    "raise": lazy("raised"),
    "take": lazy("taken"),
    "act": lazy("acted"),
    "close": lazy("closed"),
    "hand-over": lazy("handed over"),
    "more-urgent": lazy("made more urgent"),
    "unanswered": lazy("not answered in time"),
    "answer-changed": lazy("answer changed"),
    "booked": lazy("booked"),
    "cancelled": lazy("cancelled"),
    "opened": lazy("begun"),
    "ended": lazy("ended"),
    "all-ended": lazy("all signed out"),
    "created": lazy("made"),
    "registered": lazy("registered"),
    "confirmed": lazy("confirmed"),
    "changed": lazy("changed"),
    "disabled": lazy("switched off"),
    "enabled": lazy("switched on"),
    "invited": lazy("invited"),
    "invitation-accepted": lazy("invitation accepted"),
    "password-changed": lazy("password changed"),
    "address-asked": lazy("new address asked for"),
    "address-changed": lazy("new address confirmed"),
    "approved": lazy("approved"),
    "asked": lazy("asked"),
    "asked-again": lazy("asked again"),
    "asked-no-more": lazy("asked no more"),
    "helped": lazy("helped"),
    "handed-in": lazy("handed in"),
    "evidence-read": lazy("opened the paper"),
    "imported": lazy("imported"),
    "saved": lazy("saved"),
    "removed": lazy("removed"),
    "published": lazy("published"),
    "undone": lazy("undone"),
    "draft-saved": lazy("draft saved"),
    "draft-discarded": lazy("draft discarded"),
    "logo-changed": lazy("logo changed"),
    "checked": lazy("checked"),
    "registration-changed": lazy("registration changed"),
    "leave-address-changed": lazy("“Leave quickly” changed"),
    "duty-changed": lazy("duty changed"),
    "hours-changed": lazy("hours changed"),
    "password": lazy("right password"),
    "passkey": lazy("passkey"),
    "link": lazy("link by e-mail"),
    "failed": lazy("failed"),
    "passkey-failed": lazy("passkey failed"),
    "confirm-failed": lazy("confirming failed"),
    "app": lazy("code"),
    "recovery-code": lazy("recovery code"),
    "app-added": lazy("app added"),
    "app-removed": lazy("app removed"),
    "passkey-added": lazy("passkey added"),
    "passkey-removed": lazy("passkey removed"),
    "codes-made": lazy("recovery codes made"),
    "reset": lazy("reset"),
    "role-chosen": lazy("other role chosen"),
    "done": lazy("done"),
}
ROLES = {
    "patient": lazy("patient"),
    "therapist": lazy("therapist"),
    "clinic_admin": lazy("administrator"),
    "moderator": lazy("moderator"),
    "system": lazy("the program"),
    "anonymous": lazy("not signed in"),
}


def act_words(action: str) -> str:
    """Say an act in words, as in “Messages: opened”; what nobody wrote words for is shown by its name."""
    if action == "sign-out":
        return gettext("Signing out")
    kind, _dot, verb = action.partition(".")
    return gettext("%(about)s: %(act)s", about=KINDS.get(kind, kind), act=VERBS.get(verb, verb))


def role_words(role: str) -> str:
    """Say in which role somebody acted."""
    return str(ROLES.get(role, role))
