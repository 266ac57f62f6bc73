"""How a requirement is computed, and which of its days are simulated."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.core.params import EXPONENTIAL_SPREAD, MOST_SPREAD, LiveStrategy
from staffing.core.plan_shape import PlanShape
from staffing.forms.fields import DateInput, PercentField
from staffing.models.simulation import LEAST_REPEATS, MOST_REPEATS


class StartForm(forms.Form):
    """How the next requirement is computed."""

    live_strategy = forms.ChoiceField(
        label=_("Live queues"),
        choices=[
            (LiveStrategy.CARRIED_OVER.value, _("each interval goes on from the last one")),
            (LiveStrategy.PERIOD_BY_PERIOD.value, _("each interval stands for itself")),
        ],
        initial=LiveStrategy.CARRIED_OVER.value,
    )
    deferred_shape = forms.ChoiceField(
        label=_("Deferred queues"),
        choices=[
            (PlanShape.SHAPED.value, _("follow the due times")),
            (PlanShape.FLAT.value, _("the same team in all open hours")),
        ],
        initial=PlanShape.SHAPED.value,
    )
    chat_growth_rate = PercentField(
        label=_("Longer handling per further chat, %"), initial=0.25, max_value=99
    )
    clear_overdue_minutes = forms.IntegerField(
        label=_("Clear what is overdue within, business hours"),
        initial=8,
        min_value=1,
        max_value=200,
    )
    handling_spread = PercentField(
        label=_("Spread of deferred handling times, % of their mean"),
        initial=EXPONENTIAL_SPREAD,
        max_value=100 * MOST_SPREAD,
        required=False,
    )

    def clean_handling_spread(self) -> float:
        """As in most offices where nothing is said."""
        spread = self.cleaned_data["handling_spread"]
        return EXPONENTIAL_SPREAD if spread is None else float(spread)

    def clean_clear_overdue_minutes(self) -> int:
        """Hours on the page, minutes in the parameters."""
        return int(self.cleaned_data["clear_overdue_minutes"]) * 60


class SimulationForm(forms.Form):
    """Which days of a requirement are lived through, and how often."""

    queue = forms.IntegerField(widget=forms.HiddenInput())
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("To"), widget=DateInput())
    repeats = forms.IntegerField(
        label=_("Times each day"), initial=200, min_value=LEAST_REPEATS, max_value=MOST_REPEATS
    )
