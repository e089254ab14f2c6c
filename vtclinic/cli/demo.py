"""`vtclinic demo`."""

from __future__ import annotations

import click

from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.demo.check import run_check
from vtclinic.demo.run import run_demo


@click.command("demo", cls=Verb, codes=(0, 1, 2, 4, 6), example="vtclinic demo\nvtclinic demo --check")
@click.option("--check", is_flag=True, help="Walk the whole path over HTTP in a temporary folder, print each step, and end.")
@click.option("--keep", is_flag=True, help="With --check: leave the temporary folder in place, to look into it.")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve on this port.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.pass_obj
def demo(place: Place, check: bool, keep: bool, port: int | None, no_open: bool) -> int:
    """Show vtclinic with made-up people, or check it from end to end.

    Makes a data folder (~/.vtclinic-demo, or --home) with two clinics and people whose passwords are printed, and serves it on this machine only.
    """
    if check:
        return run_check(keep=keep)
    return run_demo(place.home, port, open_browser=not no_open)
