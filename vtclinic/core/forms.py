"""Forms: parsed and checked by WTForms, in plain words, with CSRF on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel.support import LazyProxy
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, SelectChoice
from wtforms.widgets import Select

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext

_PLAIN = {
    "This field is required.": "Write or choose something here to go on.",
    "Not a valid choice.": "Choose one of the answers shown.",
    "Not a valid choice": "Choose one of the answers shown.",
    "Invalid email address.": "Write an e-mail address like name@example.org.",
    "Not a valid integer value.": "Write a whole number.",
    "Not a valid date value.": "Write a real date.",
    "Not a valid time value.": "Write a time like 18:30.",
}


class _Words:
    def gettext(self, text: str) -> str:
        return gettext(_PLAIN.get(text, text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return gettext(singular if n == 1 else plural)  # WTForms fills its own placeholders afterwards


class _QuickSelect(Select):
    """The same markup as WTForms' own; a list of every time zone has five hundred options, and each cost as much as a form."""

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Markup:
        """Render one option."""
        if kwargs or choice.render_kw or not isinstance(choice.value, str) or not isinstance(choice.label, str):
            return super().render_option(choice, **kwargs)
        chosen = "selected " if choice.selected else ""
        return _option(chosen, choice.value, choice.label or choice.value)


@lru_cache(maxsize=8192)
def _option(chosen: str, value: str, label: str) -> Markup:
    return Markup("<option {}value=\"{}\">{}</option>").format(chosen, value, label)


class ClinicForm(FlaskForm):
    """Base of every form. Texts are trimmed; what is too long or unknown gets a sentence beside its field."""

    class Meta(FlaskForm.Meta):
        """WTForms' own settings."""

        def render_field(self, field: Any, render_kw: Any) -> Any:
            """Render long lists quickly."""
            if type(field.widget) is Select:
                field.widget = _QuickSelect(multiple=field.widget.multiple)
            return super().render_field(field, render_kw)

        def get_translations(self, form: Any) -> _Words:
            """Say WTForms' messages in our words and the reader's language."""
            return _Words()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Trim what people type, passwords apart."""
            filters = list(unbound_field.kwargs.get("filters", []))
            kind = unbound_field.field_class.__name__
            if kind in {"StringField", "EmailField", "TextAreaField", "TelField", "SearchField"}:
                filters.append(_trim)
            return unbound_field.bind(form=form, filters=filters, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; sentences written as lazy words become text of the reader's language."""
        good = super().validate(extra_validators)
        for field in self:
            if isinstance(field.errors, list | tuple):
                field.errors = [str(sentence) if isinstance(sentence, LazyProxy) else sentence for sentence in field.errors]
        return bool(good)

    def take_errors(self, error: Invalid) -> None:
        """Show a service's refusal beside the fields it names."""
        for name, sentence in error.fields.items():
            field: Field | None = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, sentence]
        if error.message and not any(name in self._fields for name in error.fields):
            self.form_errors.append(error.message)


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def listed(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return (value, words) pairs as a field's choices."""
    return [SelectChoice(value, words) for value, words in pairs]


def grouped(groups: Mapping[str, Iterable[tuple[Any, Any]]]) -> list[SelectChoice]:
    """Return pairs under headings as a field's choices."""
    return [SelectChoice(value, words, optgroup=heading) for heading, pairs in groups.items() for value, words in pairs]
