"""What to solve, time off, availability."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from scheduling.forms.rules import name_fields
from scheduling.models import Availability, TimeOff
from wfm.org.models import ActivityCode, Agent
from wfm.org.weekdays import WEEKDAYS

TIME_LIMITS = [
    (15, _("15 seconds")),
    (60, _("1 minute")),
    (180, _("3 minutes")),
    (600, _("10 minutes")),
]


class SolveForm(forms.Form):
    """What to solve and how long."""

    week = forms.DateField(
        label=_("Week that begins on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    weeks = forms.IntegerField(
        required=False,
        label=_("Weeks"),
        initial=1,
        min_value=1,
        max_value=8,
        help_text=_("Weekends, wishes and hours of a period are weighed over all of them."),
    )
    time_limit_seconds = forms.TypedChoiceField(
        label=_("Time to improve"),
        choices=TIME_LIMITS,
        coerce=int,
        initial=60,
        help_text=_(
            "The first schedule is there in seconds; the rest of the time makes it better."
        ),
    )
    start_band_minutes = forms.IntegerField(
        label=_("Starts of a person vary by at most, minutes"),
        initial=120,
        min_value=0,
        max_value=1440,
        step_size=15,
        help_text=_(
            "Within a week, where the contract says nothing. Less is kinder, more is cheaper."
        ),
    )
    under_cost_ratio = forms.FloatField(
        label=_("A missing person costs as much as so many idle ones"),
        initial=10,
        min_value=1,
        max_value=1000,
    )
    wish_worth = forms.FloatField(
        required=False,
        label=_("A first wish that is kept is worth, in money"),
        initial=5,
        min_value=0,
        max_value=10_000,
        help_text=_(
            "Half for each further rank; more for people whose wishes were seldom kept of late."
        ),
    )
    least_people = forms.IntegerField(
        required=False,
        label=_("Hard minimum of people of an open queue"),
        initial=0,
        min_value=0,
        max_value=999,
        help_text=_("For queues without a minimum of their own."),
    )
    minimum_cost_ratio = forms.FloatField(
        required=False,
        label=_("Each person below a hard minimum costs so many idle ones more"),
        initial=50,
        min_value=0,
        max_value=10_000,
    )
    joint_deferred = forms.BooleanField(
        required=False,
        label=_("Plan deferred work by its due times"),
        help_text=_(
            "Done by whoever live work leaves free, instead of people set aside in each interval."
        ),
    )
    seed = forms.IntegerField(label=_("Seed"), initial=1, min_value=0, max_value=2**31 - 1)

    def clean_week(self) -> Any:
        """Take the Monday of whatever day was picked."""
        day = self.cleaned_data["week"]
        return day - timedelta(days=day.weekday())

    def clean(self) -> dict[str, Any]:
        """What is left empty has its default."""
        cleaned = super().clean() or {}
        for name in ("weeks", "wish_worth", "least_people", "minimum_cost_ratio"):
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = self.fields[name].initial
        return cleaned


class TimeOffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Time off that a planner enters."""

    class Meta:
        model = TimeOff
        fields = ("agent", "activity_code", "starts_at", "ends_at", "paid_minutes", "reason")
        widgets = {
            "starts_at": forms.DateTimeInput(
                format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}
            ),
            "ends_at": forms.DateTimeInput(
                format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}
            ),
        }

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.visible_to(principal).active().order_by("sort_key")
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined]
        codes = ActivityCode.objects.filter(is_active=True, is_work=False).order_by("name")
        self.fields["activity_code"].queryset = codes  # type: ignore[attr-defined]
        name_fields(self)
        self.fields["activity_code"].label = _("Kind")

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            raise ValidationError(_("Time off must end after it starts."))
        return cleaned


class AvailabilityForm(forms.ModelForm):  # type: ignore[type-arg]
    """When someone can work on a weekday."""

    starts = forms.TimeField(
        label=_("From"), initial="00:00", widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=_("Until"),
        initial="00:00",
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("At or before the start: on the next day."),
    )
    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=WEEKDAYS, coerce=int)

    class Meta:
        model = Availability
        fields = ("agent", "weekday", "is_available")

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.visible_to(principal).active().order_by("sort_key")
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined]
        name_fields(self)

    def save(self, commit: bool = True) -> Availability:  # noqa: FBT001, FBT002 - Django's signature
        """Minutes of the day; an end at or before the start lies on the next day."""
        row: Availability = super().save(commit=False)
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        row.starts_minute = starts.hour * 60 + starts.minute
        row.ends_minute = ends.hour * 60 + ends.minute
        if row.ends_minute <= row.starts_minute:
            row.ends_minute += 1440
        if commit:
            row.save()
        return row
