"""Handing out recovery shares: on the screen, one at a time, or into files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vtclinic.cli import say
from vtclinic.cli.setup import write_shares
from vtclinic.core.crypto.keys import MasterKey
from vtclinic.core.crypto.shares import split_master_key

EXPLAINED = """\
Any two of these three recovery shares rebuild the master key. Without the key nobody can read the clinics' data, you included.
Give each share to another person or place. vtclinic keeps no copy and shows them only now.
"""


def hand_out(key: MasterKey, folder: Path | None) -> None:
    """Split the key and give the three shares away once."""
    shares = split_master_key(key)
    if folder is not None:
        for path in write_shares(folder, shares):
            say.line(f"Written: {path}")
        say.line("Take each file to another place, then delete it here. Any two of them rebuild the master key.")
        return
    say.line(EXPLAINED)
    watched = sys.stdin.isatty() and sys.stdout.isatty()
    for number, share in enumerate(shares, start=1):
        say.line(f"Share {number} of {len(shares)}\n{_in_rows(share)}\n")
        if watched:
            click.pause("Press any key once it is written down.", err=True)
            click.clear()


def _in_rows(share: str, each: int = 11) -> str:
    words = share.split()
    return "\n".join("  " + " ".join(words[start : start + each]) for start in range(0, len(words), each))
