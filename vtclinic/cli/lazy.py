"""Groups whose commands are imported when they are called, so that `vtclinic --help` costs nothing; the one place that imports by name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from vtclinic.cli.exits import MEANINGS


class Late(NamedTuple):
    """Where a command lives and its line in the list of commands."""

    module: str
    attribute: str
    line: str


class LazyGroup(click.Group):
    """A group that knows its commands' names and lines without importing them."""

    def __init__(self, *args: Any, late: Mapping[str, Late] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.late = dict(late or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they are needed."""
        return [*self.late, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        found = self.late.get(cmd_name)
        return load(found.module, found.attribute) if found else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, late.line) for name, late in self.late.items()])


class Verb(click.Command):
    """A command whose help ends with an example and what its exit codes mean."""

    def __init__(self, *args: Any, example: str, codes: tuple[int, ...] = (0, 1, 2), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example, self.codes = example, codes

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and the exit codes."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write_text(line)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), MEANINGS[code]) for code in self.codes])


def load(module: str, attribute: str) -> Any:
    """Import something by name."""
    return getattr(importlib.import_module(module), attribute)
