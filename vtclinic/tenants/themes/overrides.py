"""What a theme's own templates and files may change, and what they may never take away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

# Each of these blocks must stand in every page, and must show the shipped part: a theme moves neither help nor the law.
REQUIRED = {"help_now": "parts/safety.html", "legal": "parts/legal.html"}
PICTURES = frozenset({".svg", ".png", ".webp"})
_INLINE = re.compile(r"<(script|style|iframe|object|embed)\b|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)


def check_overrides(folder: Path, shipped: Path) -> list[str]:
    """Return one sentence for each thing in a theme's `templates/` and `static/` that cannot be allowed."""
    return [*_check_templates(folder / "templates", shipped), *_check_static(folder / "static")]


def _check_static(static: Path) -> Iterable[str]:
    for file in sorted(static.rglob("*")):
        if file.is_file() and file.suffix not in PICTURES:
            yield f"static/{file.relative_to(static)} is not a picture: a theme brings no styles and no scripts."
        elif file.suffix == ".svg" and _INLINE.search(file.read_text(encoding="utf-8", errors="replace")):
            yield f"static/{file.relative_to(static)} holds a script or a style."


def _check_templates(templates: Path, shipped: Path) -> Iterable[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for file in sorted(templates.rglob("*.html")):
        name = file.relative_to(templates).as_posix()
        source = file.read_text(encoding="utf-8")
        if name in REQUIRED.values():
            yield f"{name} cannot be replaced."
            continue
        if not (shipped / name).is_file():
            yield f"{name} replaces nothing: there is no page of that name."
            continue
        if _INLINE.search(source):
            yield f"{name} holds a script, a style or a frame."
        try:
            tree = environment.parse(source)
            original = environment.parse((shipped / name).read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            yield f"{name}, line {error.lineno}: {error.message}"
            continue
        yield from _check_blocks(name, tree, original)


def _check_blocks(name: str, tree: nodes.Template, original: nodes.Template) -> Iterable[str]:
    found = {block.name: block for block in tree.find_all(nodes.Block)}
    needed = {block.name for block in original.find_all(nodes.Block)} & REQUIRED.keys()
    for block, part in REQUIRED.items():
        if block in found:
            if part not in _includes(found[block]):
                yield f"{name} changes the block {block}: it has to include {part}."
        elif block in needed:
            yield f"{name} lacks the block {block}."
    if original.find(nodes.Extends) is not None and tree.find(nodes.Extends) is None:
        yield f"{name} has to extend the same page as the one it replaces."


def _includes(block: nodes.Block) -> set[str]:
    # An include inside a condition could hide it, so only the block's own level counts.
    return {node.template.value for node in block.body if isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const)}
