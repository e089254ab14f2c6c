"""Which of a benchmark's steps is being taken, for who watches the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vtclinic.cli import say


@contextmanager
def steps(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar for this many steps; gives what is called with the name of each as it begins."""
    with say.progress() as bar:
        task = bar.add_task("", total=total)
        yield lambda name: bar.update(task, description=name, advance=1)
