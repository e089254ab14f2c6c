"""The templates, as the checks in this folder read them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vtclinic"
TEMPLATES = sorted(path for path in PACKAGE.rglob("*.html") if "templates" in path.parts)


def name(path: Path) -> str:
    """Return a template's name for test ids and lists of exceptions."""
    return path.relative_to(PACKAGE).as_posix()


def bare(source: str) -> str:
    """Return a template without comments, statements and expressions; an expression leaves a mark."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{% block (page|body)_class %\}.*?\{% endblock %\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", "\x00", source, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}", "", source, flags=re.DOTALL)
