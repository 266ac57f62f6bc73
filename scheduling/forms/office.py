"""Forms of offices, ratios of office and home, team days, and activities to place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.forms.rules import END_OF_DAY, ClockField, DateInput, RuleForm
from scheduling.models import (
    ActivityRequest,
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
)
from wfm.org.models import ActivityCode, Agent
from wfm.org.weekdays import WEEKDAYS


class SiteOfficeForm(RuleForm):
    """What gets done in the office."""

    class Meta:
        model = SiteOffice
        fields = ("site", "productive_rate")


class OfficeHoursForm(RuleForm):
    """When an office is open."""

    weekday = forms.TypedChoiceField(label=_("weekday"), choices=WEEKDAYS, coerce=int)
    opens_minute = ClockField(label=_("opens"))
    closes_minute = ClockField(label=_("closes"), empty_minute=END_OF_DAY)

    class Meta:
        model = OfficeHours
        fields = ("site", "weekday", "opens_minute", "closes_minute")


class MeetingRoomForm(RuleForm):
    """A room for one activity at a time."""

    class Meta:
        model = MeetingRoom
        fields = ("site", "name", "starts_on", "ends_on")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}


class HybridRatioForm(RuleForm):
    """Days in the office a week."""

    class Meta:
        model = HybridRatio
        fields = ("employment_contract", "agent", "office_days_min", "office_days_max")


class TeamOfficeRuleForm(RuleForm):
    """Office days or weeks of a team."""

    weekdays = forms.MultipleChoiceField(
        label=_("weekdays"),
        choices=[(str(number), name) for number, name in WEEKDAYS],
        required=False,
    )

    class Meta:
        model = TeamOfficeRule
        fields = ("team", "place", "weekdays", "common_days", "cycle_weeks", "cycle_starts_on")
        widgets = {"cycle_starts_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["weekdays"] = list(self.instance.weekdays)

    def clean_weekdays(self) -> str:
        """`02` for Monday and Wednesday."""
        return "".join(sorted(self.cleaned_data["weekdays"]))


class ActivityRequestForm(RuleForm):
    """Training, a meeting or coaching to place."""

    earliest_minute = ClockField(label=_("Not before"), empty_minute=0)
    latest_minute = ClockField(label=_("Over by"), empty_minute=END_OF_DAY)

    class Meta:
        model = ActivityRequest
        fields = (
            "title",
            "activity_code",
            "attendants",
            "minutes",
            "is_together",
            "starts_on",
            "ends_on",
            "earliest_minute",
            "latest_minute",
            "needs_office",
            "room_site",
            "is_active",
        )
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, principal=principal, **kwargs)
        people = Agent.objects.visible_to(principal).active().order_by("sort_key")
        self.fields["attendants"].queryset = people  # type: ignore[attr-defined]
        codes = ActivityCode.objects.filter(is_active=True, is_work=False).order_by("name")
        self.fields["activity_code"].queryset = codes  # type: ignore[attr-defined]
