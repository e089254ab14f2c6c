"""A questionnaire of the clinic's own as one form that needs no scripts: one question a line, one answer a line, one band a line."""

from __future__ import annotations

import re
from typing import Any

from wtforms import FileField, HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.features.progress.instruments import Pack

_LONG = Length(max=20_000)
_ANSWER = re.compile(r"^\s*(-?\d{1,5})\s*[=:]\s*(.+)$")
_BAND = re.compile(r"^\s*(-?\d{1,5}(?:[.,]\d{1,2})?)\s*[=:]\s*(.+)$")
_NUMBER = Regexp(r"^\s*-?\d{1,5}(?:[.,]\d{1,2})?\s*$", message=_l("Write a number, such as 10."))


class OwnForm(ClinicForm):
    """What an administrator writes down; a line that cannot be read is named."""

    seen = HiddenField()
    name = StringField(_l("Short name"), validators=[DataRequired(_l("Give it a name.")), Length(max=60)])
    title = StringField(_l("What patients read as its title"), validators=[DataRequired(_l("Give it a title.")), Length(max=120)])
    stem = StringField(_l("Words before each question"), description=_l("For example: Over the last week:"), validators=[Length(max=300)])
    questions = TextAreaField(
        _l("Questions, one a line"),
        description=_l("A question can have its own answers: Do you sleep? | 0 = Badly | 1 = Well"),
        validators=[_LONG],
    )
    answers = TextAreaField(_l("Answers, one a line"), description=_l("What it counts, then its words: 0 = Not at all"), validators=[_LONG])
    reverse = StringField(
        _l("Questions that count the other way round"), description=_l("Their numbers, for example 2, 3"), validators=[Optional(), Length(max=400)]
    )
    scoring = SelectField(_l("The total is"), choices=[SelectChoice("sum", _l("all points added up")), SelectChoice("mean", _l("the mean of the points"))])
    better = SelectField(_l("Better is"), choices=[SelectChoice("lower", _l("lower")), SelectChoice("higher", _l("higher"))])
    bands = TextAreaField(_l("Bands, one a line"), description=_l("Where it begins, then its word: 0 = Mild. Leave it out for none."), validators=[_LONG])
    bands_source = StringField(_l("Where the bands come from"), validators=[Length(max=300)])
    line = StringField(_l("The line, as a total"), description=_l("It is drawn in the chart. Leave it out for none."), validators=[Optional(), _NUMBER])
    reliable = StringField(
        _l("The smallest change that counts, in points"), description=_l("A smaller one is called no clear change. Leave it out for none."), validators=[Optional(), _NUMBER]
    )
    line_source = StringField(_l("Where these two come from"), validators=[Length(max=300)])
    risk = IntegerField(_l("Number of the question about self-harm"), description=_l("Its answers open a task for the care team."), validators=[Optional(), NumberRange(1, 100)])
    risk_from = IntegerField(_l("From which answer on, the same working day"), default=1, validators=[Optional()])
    risk_now = IntegerField(_l("From which answer on, at once"), default=2, validators=[Optional()])
    notice = StringField(_l("Whose questions these are"), description=_l("It shows with the questions."), validators=[DataRequired(_l("Say whose they are.")), Length(max=600)])

    def pack(self, before: Pack) -> Pack | None:
        """Return the draft; None when a line cannot be read, with the reason beside its field."""
        answers = self._lines(self.answers, _ANSWER)
        bands = self._lines(self.bands, _BAND)
        questions = [self._question(line) for line in _rows(self.questions.data)]
        turned = {int(number) for number in re.findall(r"\d{1,3}", self.reverse.data or "")}
        if self.errors_in_lines or answers is None or bands is None:
            return None
        kept: Pack = {key: before[key] for key in ("language", "licence", "source", "validated") if key in before}
        made: Pack = {**kept, "name": self.name.data, "title": self.title.data, "stem": self.stem.data or "–", "notice": self.notice.data}
        made["items"] = [{**each, "reverse": True} if number in turned else each for number, each in enumerate(questions, 1)]
        made |= {"scoring": self.scoring.data, "better": self.better.data}
        if answers:
            made["answers"] = [{"value": int(value), "text": text} for value, text in answers]
        if bands:
            levels = [{"id": f"band-{number}", "text": text, "from": _number(value)} for number, (value, text) in enumerate(bands, 1)]
            made["bands"] = {"source": self.bands_source.data or self.notice.data, "levels": levels}
        made |= self._line_and_change()
        if self.risk.data:
            made["risk"] = {"items": [{"item": self.risk.data, "steps": self._steps()}]}
        return made

    def _line_and_change(self) -> Pack:
        source, made = self.line_source.data or self.notice.data, {}
        line, reliable = (_number(field.data) if field.data else None for field in (self.line, self.reliable))
        if line is not None:
            made["cutoffs"] = {"source": source, "levels": [{"id": "line", "text": _("The line"), "at": line}]}
        if reliable is not None:
            made["change"] = {"source": source, "reliable": reliable, **({} if line is None else {"recovery": line})}
        return made

    @property
    def errors_in_lines(self) -> bool:
        """Tell whether a line could not be read."""
        return bool(self.answers.errors or self.bands.errors or self.questions.errors)

    def show(self, draft: Pack, edition: int) -> None:
        """Fill in what a draft holds."""
        self.seen.data = str(edition)
        for name in ("name", "title", "stem", "notice"):
            getattr(self, name).data = draft.get(name, "")
        self.questions.data = "\n".join(_question_line(item) for item in draft.get("items", []))
        self.answers.data = "\n".join(f"{answer['value']} = {answer['text']}" for answer in draft.get("answers", []))
        self.reverse.data = ", ".join(str(number) for number, item in enumerate(draft.get("items", []), 1) if item.get("reverse"))
        self.scoring.data, self.better.data = draft.get("scoring", "sum"), draft.get("better", "lower")
        bands = draft.get("bands", {"levels": [], "source": ""})
        self.bands.data = "\n".join(f"{level['from']} = {level['text']}" for level in bands["levels"])
        self.bands_source.data = bands["source"]
        lines, change = draft.get("cutoffs", {}).get("levels", []), draft.get("change", {})
        self.line.data, self.reliable.data = "".join(str(each["at"]) for each in lines[:1]), str(change.get("reliable", ""))
        self.line_source.data = (draft.get("cutoffs") or change).get("source", "")
        for entry in draft.get("risk", {}).get("items", [])[:1]:
            levels = {step["level"]: step["from"] for step in entry["steps"]}
            self.risk.data, self.risk_from.data, self.risk_now.data = entry["item"], levels.get("same_day"), levels.get("now")

    def _lines(self, field: Any, pattern: re.Pattern[str]) -> list[tuple[str, str]] | None:
        found = [(line, pattern.match(line)) for line in _rows(field.data)]
        wrong = next((line for line, match in found if match is None), None)
        if wrong is not None:
            field.errors = [*field.errors, _l("Write a number, then = and words. This line has none: %(line)s", line=wrong[:40])]
            return None
        return [(match[1], match[2].strip()) for _line, match in found if match]

    def _question(self, line: str) -> Pack:
        text, *own = (part.strip() for part in line.split("|"))
        found = [(part, _ANSWER.match(part)) for part in own]
        wrong = next((part for part, match in found if match is None), None)
        if wrong is not None:
            self.questions.errors = [*self.questions.errors, _l("Write a number, then = and words. This line has none: %(line)s", line=wrong[:40])]
        answers = [{"value": int(match[1]), "text": match[2].strip()} for _part, match in found if match]
        return {"text": text, "answers": answers} if answers else {"text": text}

    def _steps(self) -> list[Pack]:
        steps = [(self.risk_from.data, "same_day"), (self.risk_now.data, "now")]
        return [{"from": value, "level": level} for value, level in steps if value is not None]


class ImportForm(ClinicForm):
    """A FHIR Questionnaire from elsewhere."""

    file = FileField(_l("FHIR Questionnaire (JSON)"), description=_l("It becomes a draft that you look through first. Questions, answers and their points are read. Rules of the total, bands and lines are not: write them in the draft. The most is 256 kB."))


class PublishForm(ClinicForm):
    """Which edition of the draft was looked at."""

    seen = HiddenField()


def _rows(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _number(text: str) -> float:
    value = float(text.replace(",", "."))
    return int(value) if value == int(value) else value


def _question_line(item: Pack) -> str:
    return " | ".join([item["text"], *(f"{answer['value']} = {answer['text']}" for answer in item.get("answers", []))])
