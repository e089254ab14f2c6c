"""`vtclinic demo`."""

from __future__ import annotations

import click

from vtclinic.cli.lazy import Verb, load_optional
from vtclinic.cli.place import Place

MISSING = "This copy of vtclinic has no demo."


@click.command("demo", cls=Verb, codes=(0, 1, 2, 4, 6), example="vtclinic demo\nvtclinic demo --check")
@click.option("--check", is_flag=True, help="Walk the whole path over HTTP in a temporary folder, print each step, and end.")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve on this port.")
@click.pass_obj
def demo(place: Place, check: bool, port: int | None) -> int:
    """Show vtclinic with made-up people, or check it from end to end.

    Makes a data folder with two clinics and people whose passwords are printed, and serves it on this machine only.
    """
    if check:
        return int(load_optional("vtclinic.demo.check", "run", missing=MISSING)() or 0)
    return int(load_optional("vtclinic.demo.seed", "run", missing=MISSING)(home=place.home, port=port) or 0)
