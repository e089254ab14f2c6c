"""`vtclinic theme`."""

from __future__ import annotations

from pathlib import Path

import click

from vtclinic.cli import say
from vtclinic.cli.exits import ChecksFailed
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.cli.theme_preview import PACKAGE, write_preview
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.settings import Settings
from vtclinic.tenants.look import theme_folders
from vtclinic.tenants.themes import ThemeRefused, available_themes, check_overrides, check_theme, load_theme

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("theme")
def theme() -> None:
    """List, check and preview themes."""


@theme.command("list", cls=Verb, codes=(0, 1, 2), example="vtclinic theme list --json")
@json_option
@click.pass_obj
def list_(place: Place, as_json: bool) -> None:
    """List the themes a clinic can choose: the shipped ones, and your own in the data folder's themes/."""
    rows = [_row(name, path) for name, path in sorted(available_themes(theme_folders(place.settings())).items())]
    if as_json:
        say.as_json(rows)
        return
    say.table(["Theme", "Name", "What it is like", ""], [(row["theme"], row["name"], row["about"], row["state"]) for row in rows], empty="There is no theme.")


@theme.command("check", cls=Verb, codes=(0, 1, 2, 3, 6), example="vtclinic theme check warm\nvtclinic theme check ./mytheme --json")
@click.argument("name")
@json_option
@click.pass_obj
def check(place: Place, name: str, as_json: bool) -> None:
    """Check a theme: NAME is a theme or a folder. Every text must be readable in light and dark, and help must stay where it is."""
    problems = _problems(_folder(place.settings(), name))
    if as_json:
        say.as_json({"theme": name, "problems": problems, "ok": not problems})
    else:
        for sentence in problems:
            say.line(sentence)
    if problems:
        raise ChecksFailed(f"The theme {name} cannot be used as it is.", hint="themes/README.md explains each setting.")
    if not as_json:
        say.line(f"The theme {name} can be used.")


@theme.command("preview", cls=Verb, codes=(0, 1, 2, 3, 4, 6), example="vtclinic theme preview warm preview.html")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over an older file.")
@click.pass_obj
def preview(place: Place, name: str, file: Path, force: bool) -> None:
    """Write one HTML file that shows a theme in light and dark; open it in any browser, it needs no server."""
    folder = _folder(place.settings(), name)
    try:
        loaded = load_theme(folder)
    except ThemeRefused as error:
        raise ChecksFailed(error.message, hint=error.hint) from error
    if file.exists() and not force:
        raise Conflict(f"{file} is there already.", hint="Give another name, or --force.")
    write_preview(loaded, file)
    say.line(f"{file} shows the theme {name}.")


def _folder(settings: Settings, name: str) -> Path:
    found = available_themes(theme_folders(settings)).get(name) or Path(name)
    if not (found / "theme.toml").is_file():
        raise NotFound(f"There is no theme called {name}, and no folder of that name with a theme.toml.", hint="List them with: vtclinic theme list")
    return found.resolve()


def _row(name: str, path: Path) -> dict[str, str]:
    try:
        loaded = load_theme(path)
    except ThemeRefused:
        return {"theme": name, "name": "", "about": "", "state": "cannot be used", "folder": str(path)}
    return {"theme": name, "name": loaded.name, "about": loaded.description, "state": "cannot be read well" if check_theme(loaded) else "good", "folder": str(path)}


def _problems(folder: Path) -> list[str]:
    try:
        loaded = load_theme(folder)
    except ThemeRefused as error:
        return list(error.problems)
    return [failure.sentence() for failure in check_theme(loaded)] + check_overrides(folder, PACKAGE / "templates")
