"""The plain words for acts in the instance's record."""

from __future__ import annotations

from vtclinic.core.i18n import gettext, lazy

ACTS = {
    "admin.created": lazy("added an administrator"),
    "admin.disabled": lazy("switched an administrator off"),
    "admin.enabled": lazy("switched an administrator on"),
    "admin.password-changed": lazy("changed their password"),
    "clinic.created": lazy("added a clinic"),
    "clinic.suspended": lazy("suspended a clinic"),
    "clinic.resumed": lazy("resumed a clinic"),
    "clinic.registration-changed": lazy("changed who may open an account"),
    "clinic.theme-changed": lazy("changed a clinic’s theme"),
    "clinic.name-changed": lazy("changed a clinic’s name"),
    "clinic.hosts-changed": lazy("changed a clinic’s hostnames"),
    "clinic.leave-address-changed": lazy("changed where “Leave quickly” leads"),
    "clinic.look-published": lazy("published a clinic’s look"),
    "clinic.logo-changed": lazy("changed a clinic’s logo"),
    "clinic.exported": lazy("exported a clinic"),
    "clinic.imported": lazy("imported a clinic"),
    "clinic.erasing": lazy("began to erase a clinic"),
    "clinic.erased": lazy("erased a clinic"),
    "clinic.key-rotation-begun": lazy("began to change a clinic’s key"),
    "clinic.key-rotated": lazy("changed a clinic’s key"),
    "master-key.rotated": lazy("changed the master key"),
    "second-step.app-added": lazy("added an app for codes"),
    "second-step.app-removed": lazy("removed the app for codes"),
    "second-step.passkey-added": lazy("added a passkey"),
    "second-step.passkey-removed": lazy("removed a passkey"),
    "second-step.codes-made": lazy("made recovery codes"),
    "second-step.reset": lazy("reset an administrator’s second step"),
    "second-step.app": lazy("passed the second step with a code"),
    "second-step.passkey": lazy("passed the second step with a passkey"),
    "second-step.recovery-code": lazy("used a recovery code"),
    "second-step.failed": lazy("typed a wrong code"),
    "session.ended": lazy("signed a device out"),
    "session.all-ended": lazy("signed every device out"),
    "sign-in.password": lazy("typed the right password"),
    "sign-in.passkey": lazy("signed in with a passkey"),
    "sign-in.confirmed": lazy("confirmed that it is them"),
    "sign-in.confirm-failed": lazy("typed a wrong password to confirm"),
    "sign-in.failed": lazy("tried to sign in with a wrong password"),
    "sign-in.passkey-failed": lazy("tried to sign in with an unknown passkey"),
    "sign-out": lazy("signed out"),
}
ROLES = {"system": lazy("A command"), "anonymous": lazy("Somebody"), "clinic_admin": lazy("A clinic’s administrator")}


def act_words(action: str) -> str:
    """Say an act in words; an act nobody wrote words for is shown by its name."""
    return str(ACTS.get(action, action))


def actor_words(role: str) -> str:
    """Say who acted when the name is not known."""
    return str(ROLES.get(role, gettext("Somebody")))
