"""Secrets a command needs: asked for at the terminal or read from standard input, never from the command line."""

from __future__ import annotations

import sys

import click

from vtclinic.core.errors import Invalid

LONGEST = 4096


def read_secret(question: str, *, stdin: bool, twice: bool = False) -> str:
    """Return one secret; with `stdin` the first line of standard input. Raises Invalid when there is none."""
    if stdin:
        found = sys.stdin.readline(LONGEST).rstrip("\r\n")
    elif sys.stdin.isatty():
        found = str(click.prompt(question, hide_input=True, confirmation_prompt=twice, err=True))
    else:
        raise Invalid(f"{question} is needed, and nobody is here to type it.", hint="Give it on standard input; --help names the option.")
    if not found:
        raise Invalid(f"{question} is empty.")
    return found


def read_shares(*, stdin: bool) -> list[str]:
    """Return two recovery shares: typed one after the other, or two lines of standard input."""
    return [read_secret(f"Recovery share {which}", stdin=stdin) for which in ("one", "two")]
