"""The calculator's question."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.core.calculator import Question, UnableToCalculate
from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.model_choice import LiveGoal
from staffing.forms.fields import FAMILY, PercentField, level_choices


class CalculatorForm(forms.Form):
    """One interval, asked while a slider moves."""

    offered = forms.FloatField(
        label=_("Contacts per interval"), min_value=0, max_value=1e6, initial=100
    )
    interval_minutes = forms.TypedChoiceField(
        label=_("Interval"),
        choices=[(15, _("15 min")), (30, _("30 min")), (60, _("60 min"))],
        coerce=int,
        initial=30,
    )
    aht_seconds = forms.FloatField(
        label=_("AHT, seconds"), min_value=1, max_value=86_400, initial=240
    )
    patience_seconds = forms.FloatField(
        label=_("Patience, seconds"),
        min_value=1,
        max_value=1e6,
        initial=120,
        required=False,
        help_text=_("Empty: nobody gives up (Erlang C)."),
    )
    metric_key = forms.ChoiceField(
        label=_("Service level counts"), initial=ServiceLevel.ANSWERED_OVER_OFFERED.metric_key
    )
    level = PercentField(label=_("Target, %"), initial=0.8, min_value=0.01)
    threshold_seconds = forms.FloatField(
        label=_("Within, seconds"), min_value=0, max_value=86_400, initial=20
    )
    max_occupancy_rate = PercentField(label=_("Occupancy at most, %"), required=False, min_value=1)
    shrinkage_rate = PercentField(label=_("Shrinkage, %"), initial=0.3, max_value=95)
    concurrency = forms.IntegerField(
        label=_("Contacts at once"), min_value=1, max_value=8, initial=1
    )
    agents = forms.IntegerField(label=_("Try so many agents"), min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric_key"].choices = level_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what the core refuses, with its sentence."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                data["question"] = self._question(data)
            except UnableToCalculate as error:
                raise forms.ValidationError(str(error)) from error
        return data

    def _question(self, data: dict[str, Any]) -> Question:
        goal = LiveGoal(
            definition=ServiceLevel(data["metric_key"].removeprefix(FAMILY)),
            level=data["level"],
            threshold_seconds=data["threshold_seconds"],
            max_occupancy_rate=data["max_occupancy_rate"],
        )
        return Question(
            offered=data["offered"],
            interval_minutes=data["interval_minutes"],
            aht_seconds=data["aht_seconds"],
            patience_seconds=data["patience_seconds"],
            goal=goal,
            short_seconds=DEFAULT_SHORT_SECONDS,
            shrinkage_rate=data["shrinkage_rate"],
            concurrency=data["concurrency"],
            agents=data["agents"],
        )
