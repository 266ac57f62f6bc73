"""Goals and settings of one queue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.due import DUE_CHOICES, DUE_FIELDS, due_initial, due_rule_of
from staffing.forms.fields import DateInput, PercentField, level_choices
from staffing.services import GoalChange, QueueSettings
from staffing.services.goals import DEFERRED_KEY
from wfm.metrics import get
from wfm.org.models import Queue, ServiceGoal


class GoalForm(forms.Form):
    """A new version of a queue's goal; live and deferred queues see their own fields."""

    starts_on = forms.DateField(label=_("In force from"), widget=DateInput())
    metric_key = forms.ChoiceField(label=_("Service level counts"))
    level = PercentField(label=_("Target, %"), min_value=0.01)
    threshold_seconds = forms.IntegerField(label=_("Answered within, seconds"), min_value=0)
    due_amount = forms.IntegerField(label=_("Done within"), min_value=0)
    due_in = forms.ChoiceField(label=_("counted in"), choices=DUE_CHOICES)
    due_cutoff = forms.TimeField(
        label=_("Counts as the next day from"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("The cut-off on the queue's clock. Empty: none."),
    )
    max_asa_seconds = forms.FloatField(
        label=_("Average speed of answer at most, seconds"), required=False, min_value=0.1
    )
    max_abandonment_rate = PercentField(
        label=_("Abandonment at most, %"), required=False, min_value=0.01
    )
    max_occupancy_rate = PercentField(label=_("Occupancy at most, %"), required=False, min_value=1)

    def __init__(self, *args: Any, queue: Queue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        foreign = list(DUE_FIELDS)
        choices = level_choices()
        if not queue.is_live:
            foreign = ["threshold_seconds", "max_asa_seconds", "max_abandonment_rate"]
            choices = [(DEFERRED_KEY, str(get(DEFERRED_KEY).title))]
        elif not queue.contacts_abandon:
            foreign.append("max_abandonment_rate")
            choices = choices[:1]
        for name in foreign:
            del self.fields[name]
        self.fields["metric_key"].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, goal: ServiceGoal) -> dict[str, Any]:
        """Return what the fields show of a version."""
        named = {name: getattr(goal, name) for name in cls.base_fields if name not in DUE_FIELDS}
        return named | due_initial(goal.due_rule)

    def clean(self) -> dict[str, Any]:
        """Bring the due time to the unit that is kept."""
        data: dict[str, Any] = super().clean() or {}
        if "due_in" in self.fields and not self.errors:
            try:
                data["due_rule"] = due_rule_of(data)
            except ValueError as error:
                self.add_error("due_amount", str(error))
        return data

    def change(self) -> GoalChange:
        """Return what the new version says."""
        other = {"starts_on", "due_rule", *DUE_FIELDS}
        named = {name: value for name, value in self.cleaned_data.items() if name not in other}
        if rule := self.cleaned_data.get("due_rule"):
            named |= {
                "due_unit": rule.unit.value,
                "due_amount": rule.amount,
                "due_cutoff_minute": rule.cutoff_minute,
            }
        return GoalChange(**named)


class SettingsForm(forms.Form):
    """The settings of a queue that staffing rests on."""

    default_aht_seconds = forms.FloatField(label=_("AHT where unknown, seconds"), min_value=1)
    patience_seconds = forms.FloatField(
        label=_("Patience, seconds"),
        required=False,
        min_value=1,
        help_text=_("Empty: measured from history (total wait / abandoned)."),
    )
    min_agents = forms.IntegerField(label=_("Fewest people while open"), min_value=0, max_value=999)

    def settings(self) -> QueueSettings:
        """Return the settings."""
        return QueueSettings(**self.cleaned_data)
