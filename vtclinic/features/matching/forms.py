"""The forms of weights and limits."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, IntegerRangeField
from wtforms.validators import InputRequired, NumberRange, Optional

from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import lazy
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.limits import MOST_NEW
from vtclinic.features.matching.weighing import MOST, PARTS


def _part(name: str) -> IntegerRangeField:
    label, about = PARTS[name]
    limits = [InputRequired(), NumberRange(0, MOST, lazy("Choose a number from 0 to 100."))]
    return IntegerRangeField(label, description=about, validators=limits, render_kw={"min": 0, "max": int(MOST)})


class WeightsForm(ClinicForm):
    """How much each part counts."""

    problems = _part("problems")
    preferences = _part("preferences")
    times = _part("times")
    modality = _part("modality")
    culture = _part("culture")
    load = _part("load")
    track = _part("track")
    use_track = BooleanField(
        lazy("Let closed cases count"),
        description=lazy("From 15 closed cases on, drawn towards the middle. Clients never see it. Talk with your therapists first."),
    )
    seen = HiddenField(default="0")

    def fill(self, weights: Weights) -> None:
        """Show these weights."""
        for name in PARTS:
            self[name].data = round(getattr(weights, name))
        self.use_track.data = weights.use_track

    @property
    def weights(self) -> Weights:
        """Return what was chosen."""
        return Weights(**{name: float(self[name].data) for name in PARTS}, use_track=bool(self.use_track.data))


class LimitForm(ClinicForm):
    """How many new people a therapist takes."""

    new_per_week = IntegerField(
        lazy("New people in a week, at most"),
        description=lazy("Leave it empty for no limit but the caseload."),
        validators=[Optional(), NumberRange(0, MOST_NEW, lazy("Choose a number from 0 to 50, or leave it empty."))],
        render_kw={"min": 0, "max": MOST_NEW, "inputmode": "numeric"},
    )
    paused = BooleanField(lazy("Takes nobody new for now"), description=lazy("Clients of today stay. Nobody new is shown this therapist."))
    seen = HiddenField(default="")
