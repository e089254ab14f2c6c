"""The command line: `vtclinic VERB`. Every failure is one sentence on standard error and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from vtclinic.cli.exits import FAILED, OK, STOPPED, explain
from vtclinic.cli.root import root

PRIVATE = 0o077


def main() -> None:
    """Run the command in sys.argv and end the process with its exit code."""
    os.umask(PRIVATE)  # databases, exports and shares are for this account alone
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        done = root.main(list(arguments), prog_name="vtclinic", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _say("\nStopped.")
        return STOPPED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough (`vtclinic tenant list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        return _fail(error, debug="--debug" in arguments)
    return done if isinstance(done, int) else OK


def _fail(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    found = explain(error)
    _say(found.sentence)
    if found.hint:
        _say(found.hint)
    return found.code or FAILED


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
