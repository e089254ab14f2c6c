"""`vtclinic serve`."""

from __future__ import annotations

import click

from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.core import logs
from vtclinic.serve.supervisor import supervise


@click.command("serve", cls=Verb, codes=(0, 1, 2, 4, 7), example="vtclinic serve --port 8080 --workers 2")
@click.option("--bind", metavar="ADDRESS", help="Listen there instead of at the setting bind.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port; more web processes take the ports after it.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many web processes.")
@click.pass_obj
def serve(place: Place, bind: str | None, port: int | None, workers: int | None) -> None:
    """Serve the clinics until stopped.

    Starts the web processes and the worker, restarts what falls, and stops politely on Ctrl-C or SIGTERM.
    """
    settings = place.settings(bind=bind, port=port, workers=workers)
    logs.configure("supervisor", settings.log_level)
    with opened(place):
        pass  # says in one sentence what is missing, before any process starts
    supervise(settings)
    say.aside("Stopped.")
