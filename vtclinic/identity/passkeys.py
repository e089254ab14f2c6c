"""Passkeys (WebAuthn Level 2) with user verification, so that one of them alone proves two factors. Pure.

The relying party is the hostname the page was read on; a passkey of one hostname does not work on another.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _

VALID_SECONDS = 300
_LIBRARY = "webauthn"  # imported when first needed: a third of a second and 8 MB, and most processes never see a passkey


@dataclass(frozen=True)
class RelyingParty:
    """The site a passkey is for: its hostname, its name, and the origins a browser may report."""

    host: str
    name: str
    origins: tuple[str, ...]


@dataclass(frozen=True)
class Owner:
    """Who a new passkey is for; `handle` is opaque bytes, never an address."""

    handle: bytes
    name: str
    known_credentials: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class NewPasskey:
    """What has to be remembered of a passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def creation_options(site: RelyingParty, owner: Owner) -> tuple[str, bytes]:
    """Return the JSON for `navigator.credentials.create` and its challenge."""
    webauthn = _webauthn()
    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=owner.handle,
        user_name=owner.name,
        user_display_name=owner.name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(owner.known_credentials),
    )
    return webauthn.options_to_json(options), options.challenge


def created(site: RelyingParty, answer: str, challenge: bytes) -> NewPasskey:
    """Check a browser's answer to `creation_options`; raise Invalid in plain words."""
    try:
        found = _webauthn().verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (_refusal(), ValueError, KeyError, TypeError) as error:
        raise Invalid(_("This passkey did not work. Nothing was changed. Try again, or use an app that shows codes.")) from error
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def request_options(site: RelyingParty, known_credentials: Iterable[bytes] = ()) -> tuple[str, bytes]:
    """Return the JSON for `navigator.credentials.get` and its challenge; without credentials any passkey of this site is asked for."""
    webauthn = _webauthn()
    required = webauthn.helpers.structs.UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(rp_id=site.host, allow_credentials=_descriptors(known_credentials), user_verification=required)
    return webauthn.options_to_json(options), options.challenge


def credential_id_of(answer: str) -> bytes | None:
    """Read which passkey answered, before anything is verified."""
    try:
        parsed: Any = json.loads(answer)
        return base64.urlsafe_b64decode(parsed["id"] + "=" * (-len(parsed["id"]) % 4))
    except (ValueError, KeyError, TypeError):
        return None


def proved(site: RelyingParty, answer: str, challenge: bytes, known: NewPasskey) -> int | None:
    """Return the passkey's new sign count when it signed our challenge, else None."""
    try:
        found = _webauthn().verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (_refusal(), ValueError, KeyError, TypeError):
        return None
    return found.new_sign_count


def _descriptors(credentials: Iterable[bytes]) -> list[Any]:
    descriptor = _webauthn().helpers.structs.PublicKeyCredentialDescriptor
    return [descriptor(id=credential) for credential in credentials]


@cache
def _webauthn() -> Any:
    return import_module(_LIBRARY)


def _refusal() -> type[Exception]:
    refusal: type[Exception] = import_module(f"{_LIBRARY}.helpers.exceptions").WebAuthnException
    return refusal
