"""What every test's application would make anew from the same source, made once for each test process.

Each test has an application of its own. Its templates' code and the functions that build its addresses depend on the source alone, and
to make them took more than half of a page's test.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _KeptCode(BytecodeCache):
    """Templates' code by name and content, in memory."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket when this template was compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        assert bucket.code is not None
        self._code[bucket.key, bucket.checksum] = bucket.code


_code = _KeptCode()
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def _compile_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if self.defaults:
        return _compile(self, append_unknown)
    # The function takes its rule as an argument, converters and all; its text depends on these alone.
    key = (self.rule, tuple(self._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(self, append_unknown)
    return _builders[key]


def reuse_addresses() -> None:
    """Let rules of the same text share the functions that build their addresses."""
    Rule._compile_builder = _compile_once  # type: ignore[method-assign]


def reuse_templates(app: Flask) -> None:
    """Let this application take its templates' code from those before it."""
    app.jinja_env.bytecode_cache = _code
