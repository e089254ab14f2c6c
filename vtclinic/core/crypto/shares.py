"""Recovery shares of the master key: any 2 of 3 rebuild it (SLIP-39)."""

from __future__ import annotations

from collections.abc import Sequence

import shamir_mnemonic
from shamir_mnemonic.utils import MnemonicError

from vtclinic.core.crypto.keys import MasterKey
from vtclinic.core.errors import Invalid

NEEDED, MADE = 2, 3


def split_master_key(key: MasterKey) -> list[str]:
    """Split the key into 3 lists of 33 words; any 2 of them rebuild it."""
    groups = shamir_mnemonic.generate_mnemonics(1, [(NEEDED, MADE)], key.secret)
    return list(groups[0])


def join_shares(shares: Sequence[str]) -> MasterKey:
    """Rebuild the master key from 2 shares; raise Invalid in plain words when they do not fit."""
    words = [" ".join(share.lower().split()) for share in shares]
    if len(set(words)) < NEEDED:
        raise Invalid("Two different shares are needed.")
    try:
        secret = shamir_mnemonic.combine_mnemonics(words[:NEEDED])
    except MnemonicError as error:
        raise Invalid(f"These shares do not fit together: {error}.", hint="Check each word; a share has 33 of them.") from error
    return MasterKey(secret)
