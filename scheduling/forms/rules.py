"""Forms of the rules that a solve obeys."""

from __future__ import annotations

from datetime import time
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.models import (
    BreakRule,
    Preference,
    QueueValue,
    Rotation,
    RotationAssignment,
    ShiftTemplate,
    SplitShiftConsent,
)
from wfm.org.models import Agent, EmploymentContract, Queue, Team
from wfm.org.weekdays import WEEKDAYS

END_OF_DAY = 1440
LABELS = {
    "agent": _("Agent"),
    "team": _("Team"),
    "queue": _("Queue"),
    "rotation": _("Rotation"),
    "template": _("Template"),
    "employment_contract": _("Contract"),
    "site": _("Site"),
    "activity_code": _("Activity"),
}
"""Names of fields that are rows elsewhere; what Django makes of the field's name has no translation."""


def name_fields(form: forms.BaseForm) -> None:
    """Give the fields that are rows elsewhere names that are translated."""
    for name, label in LABELS.items():
        if name in form.fields:
            form.fields[name].label = label


class ClockField(forms.TimeField):
    """A minute of the day, written as the time of a clock; empty has a value of its own."""

    def __init__(self, *, empty_minute: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}))
        super().__init__(required=empty_minute is None, **kwargs)
        self.empty_minute = empty_minute

    def prepare_value(self, value: Any) -> Any:
        """`07:30` for 450."""
        if isinstance(value, int):
            return "" if value == END_OF_DAY else f"{value // 60:02d}:{value % 60:02d}"
        return value

    def clean(self, value: Any) -> Any:
        """450 for `07:30`."""
        found = super().clean(value)
        if isinstance(found, time):
            return found.hour * 60 + found.minute
        return self.empty_minute


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row whose people, teams and queues are those that the planner may see."""

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        querysets = {
            "agent": Agent.objects.visible_to(principal).active().order_by("sort_key"),
            "team": Team.objects.visible_to(principal).filter(is_active=True).order_by("name"),
            "queue": Queue.objects.visible_to(principal).filter(is_active=True).order_by("name"),
            "rotation": Rotation.objects.visible_to(principal).filter(is_active=True),
            "template": ShiftTemplate.objects.visible_to(principal)
            .filter(is_active=True)
            .select_related("employment_contract"),
        }
        for name, queryset in querysets.items():
            if name in self.fields:
                self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        name_fields(self)


class ContractForm(RuleForm):
    """What binds everyone with the contract."""

    class Meta:
        model = EmploymentContract
        fields = (
            "weekly_minutes_min",
            "weekly_minutes_max",
            "days_per_week_min",
            "days_per_week_max",
            "max_consecutive_days",
            "consecutive_days_off",
            "max_weekends_in_4_weeks",
            "max_split_shifts_per_week",
            "start_band_minutes",
            "min_rest_minutes",
            "overtime_after_minutes",
            "overtime_premium_rate",
            "period_weeks",
            "period_starts_on",
            "period_minutes_min",
            "period_minutes_max",
            "time_off_credit",
            "time_off_day_minutes",
        )
        widgets = {"period_starts_on": DateInput()}


class TemplateForm(RuleForm):
    """Shifts that a contract allows; a split one names its pieces and gaps."""

    earliest_start_minute = ClockField(label=_("Earliest start"))
    latest_start_minute = ClockField(label=_("Latest start"))
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        choices=[(str(number), name) for number, name in WEEKDAYS],
        initial=list("0123456"),
    )

    class Meta:
        model = ShiftTemplate
        fields = (
            "employment_contract",
            "name",
            "earliest_start_minute",
            "latest_start_minute",
            "start_step_minutes",
            "length_min_minutes",
            "length_max_minutes",
            "length_step_minutes",
            "weekdays",
            "piece_minutes",
            "gap_minutes",
            "allowance",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["weekdays"] = list(self.instance.weekdays)

    def clean_weekdays(self) -> str:
        """`01234` for Monday to Friday."""
        return "".join(sorted(self.cleaned_data["weekdays"]))


BreakFormSet = forms.inlineformset_factory(
    ShiftTemplate,
    BreakRule,
    fields=(
        "activity_code",
        "minutes",
        "earliest_minute",
        "latest_minute",
        "from_length_minutes",
        "piece",
        "is_paid",
    ),
    labels={"activity_code": cast("str", LABELS["activity_code"])},
    extra=1,
)


class RotationForm(RuleForm):
    """Days that repeat."""

    class Meta:
        model = Rotation
        fields = ("name", "pattern", "is_active")


class RotationAssignmentForm(RuleForm):
    """Who follows a rotation from when on."""

    class Meta:
        model = RotationAssignment
        fields = ("rotation", "agent", "team", "starts_on", "ends_on")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}


class PreferenceForm(RuleForm):
    """A wish by rank."""

    earliest_start_minute = ClockField(label=_("Starts from"), empty_minute=0)
    latest_start_minute = ClockField(label=_("Starts until"), empty_minute=END_OF_DAY)
    field_order = (
        "agent",
        "kind",
        "rank",
        "date",
        "weekday",
        "starts_on",
        "ends_on",
        "earliest_start_minute",
        "latest_start_minute",
        "template",
    )

    class Meta:
        model = Preference
        fields = (
            "agent",
            "kind",
            "rank",
            "date",
            "weekday",
            "starts_on",
            "ends_on",
            "earliest_start_minute",
            "latest_start_minute",
            "template",
        )
        widgets = {"date": DateInput(), "starts_on": DateInput(), "ends_on": DateInput()}


class ConsentForm(RuleForm):
    """An agent agrees to split shifts."""

    class Meta:
        model = SplitShiftConsent
        fields = ("agent", "starts_on", "ends_on")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}


class QueueValueForm(RuleForm):
    """What a missing hour costs."""

    class Meta:
        model = QueueValue
        fields = ("queue", "hour_value", "least_people")
