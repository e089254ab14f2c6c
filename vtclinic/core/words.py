"""Who reads, and the words in their language.

The reader is a context variable, so a page, a mail written by the worker and a command all speak the same way. The framework stays outside: `install` gives
the words to any Jinja environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.support import LazyProxy, NullTranslations, Translations
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from vtclinic.core.pseudo import PSEUDO_LOCALE, pseudo
from vtclinic.core.zones import zone, zone_names

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
DEFAULT_LOCALE = "en"


@dataclass(frozen=True)
class Reader:
    """Who reads: the language they read and the zone they live in."""

    locale: str = DEFAULT_LOCALE
    timezone: str = "UTC"


NOBODY = Reader()
_reader: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


def current_locale() -> str:
    """Return the reader's locale with an underscore, as in `en_IE`."""
    return _reader.get().locale


def current_timezone() -> ZoneInfo:
    """Return the reader's time zone."""
    return zone(known_timezone(_reader.get().timezone))


def set_reader(locale: str, timezone: str) -> None:
    """Speak to this reader for the rest of the request; tolerate unknown names, since they may come from a browser."""
    _reader.set(Reader(known_locale(locale), known_timezone(timezone)))


@contextmanager
def locale_scope(locale: str, timezone: str) -> Iterator[None]:
    """Speak to one reader until the block ends."""
    token = _reader.set(Reader(known_locale(locale), known_timezone(timezone)))
    try:
        yield
    finally:
        _reader.reset(token)


@lru_cache(maxsize=256)
def known_locale(name: str) -> str:
    """Return `name` in the underscore form, or English when nobody knows it."""
    tidy = name.replace("-", "_")
    if tidy == PSEUDO_LOCALE:
        return tidy
    try:
        return str(Locale.parse(tidy))
    except (UnknownLocaleError, ValueError):
        return DEFAULT_LOCALE


@lru_cache(maxsize=256)
def known_timezone(name: str) -> str:
    """Return `name` when it is a time zone, else UTC."""
    return name if name in zone_names() else "UTC"


def direction(locale: str | None = None) -> str:
    """Return "rtl" or "ltr" for the `dir` attribute."""
    return _direction(locale or current_locale())


@lru_cache(maxsize=256)
def _direction(name: str) -> str:
    return "rtl" if name == PSEUDO_LOCALE else str(Locale.parse(known_locale(name)).text_direction)


def language_tag(locale: str | None = None) -> str:
    """Return the `lang` attribute. The pseudo-locale is English letters, so a screen reader must not read it as Arabic."""
    name = locale or current_locale()
    return "en-XB" if name == PSEUDO_LOCALE else name.replace("_", "-")


@lru_cache(maxsize=1)
def translated_locales() -> tuple[str, ...]:
    """Return the locales a reader can choose: English and every compiled catalogue."""
    found = {path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")}
    return (DEFAULT_LOCALE, *sorted(found - {DEFAULT_LOCALE}))


def locale_name(locale: str) -> str:
    """Return a language's own name for itself, for the list a reader chooses from."""
    if locale == PSEUDO_LOCALE:
        return pseudo("Test language")
    return (Locale.parse(known_locale(locale)).get_display_name() or locale).capitalize()


@lru_cache(maxsize=64)
def _catalogue(locale: str) -> NullTranslations:
    names = [locale, locale.split("_", maxsplit=1)[0]]
    return Translations.load(str(TRANSLATIONS), names)


def gettext(message: str, /, **values: object) -> str:
    """Translate `message`; `%(name)s` is filled when values are given."""
    locale = current_locale()
    text = pseudo(message) if locale == PSEUDO_LOCALE else _catalogue(locale).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Translate a counted message; `%(num)s` is the number."""
    locale = current_locale()
    if locale == PSEUDO_LOCALE:
        text = pseudo(singular if n == 1 else plural)
    else:
        text = _catalogue(locale).ungettext(singular, plural, n)
    return text % {"num": n, **values}


def lazy(message: str, /, **values: object) -> Any:
    """Translate later, each time the words are shown: for labels written when a module is loaded."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


lazy_gettext = lazy
_ = gettext


def install(environment: Environment) -> None:
    """Give `_`, `gettext`, `ngettext` and `{% trans %}` to a Jinja environment.

    New-style calls: values are escaped, markup inside a message is ours and stays; a percent sign in a template's message is written twice.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, _plain_ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["_"] = _in_template


@pass_eval_context
def _in_template(context: EvalContext, message: str, /, **values: object) -> str:
    """Translate in a template, as Jinja's own new-style call does; words without values are made ready once."""
    if not context.autoescape:
        return gettext(message) % values
    # Safe, as Jinja's call has it: a message is ours, and formatting escapes the values.
    return Markup(gettext(message)) % values if values else _ready(current_locale(), str(message))  # noqa: S704


@lru_cache(maxsize=4096)
def _ready(locale: str, message: str) -> Markup:
    text = pseudo(message) if locale == PSEUDO_LOCALE else _catalogue(locale).ugettext(message)
    return Markup(text) % {}  # noqa: S704


def _plain_ngettext(singular: str, plural: str, n: int) -> str:
    """Leave the placeholders alone: Jinja fills them after escaping the values."""
    locale = current_locale()
    if locale == PSEUDO_LOCALE:
        return pseudo(singular if n == 1 else plural)
    return _catalogue(locale).ungettext(singular, plural, n)
