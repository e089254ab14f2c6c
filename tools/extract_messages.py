"""Collect every string marked for translation into vtclinic/translations/messages.pot."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "vtclinic"
TARGET = PACKAGE / "translations" / "messages.pot"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "_": None, "lazy": None, "lazy_gettext": None}


def collect(package: Path = PACKAGE) -> Catalog:
    """Return a catalogue of the marked strings with the places they stand at."""
    catalog = Catalog(project="vtclinic", copyright_holder="", charset="utf-8")
    found = extract_from_dir(package, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), options_map={"**.html": {"silent": "false"}})
    for filename, line, message, comments, context in found:
        # A template by the name it is asked for, after the room that holds it.
        catalog.add(message, None, [(filename.replace("/templates/", ":"), line)], auto_comments=comments, context=context)
    return catalog


def main() -> int:
    """Write the template that translators start from."""
    catalog = collect()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("wb") as file:
        write_po(file, catalog, sort_by_file=True, omit_header=True, include_lineno=False)
    sys.stdout.write(f"{len(catalog)} messages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
