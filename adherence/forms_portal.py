"""Forms of the agent portal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from adherence.forms import InstantField
from scheduling.models import Preference, PreferenceKind, ShiftTemplate, TimeOffKind
from scheduling.queries.time_off import days_off
from wfm.org.weekdays import WEEKDAYS

MINUTES_PER_DAY = 1440
LONGEST_PART = timedelta(hours=16)
"""Of a day: as long as a shift can be."""


class DateInput(forms.DateInput):
    """The phone's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The phone's own clock."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


class KindField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Kinds of time off by the name of their activity."""

    def label_from_instance(self, obj: Any) -> str:
        """The activity's name."""
        return str(obj.activity_code)


class TimeOffAskForm(forms.Form):
    """Whole operational days, or a part of one, on the wall clock of the agent's site."""

    kind = forms.ModelChoiceField(TimeOffKind.objects.none(), label=_("What for"), empty_label=None)
    first = forms.DateField(label=_("First day"), widget=DateInput)
    last = forms.DateField(label=_("Last day"), widget=DateInput, required=False)
    starts = forms.TimeField(label=_("Only from"), widget=TimeInput, required=False)
    ends = forms.TimeField(label=_("Only until"), widget=TimeInput, required=False)
    reason = forms.CharField(label=_("Reason (optional)"), max_length=300, required=False)

    def __init__(self, *args: Any, agent_id: int, timezone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent_id, self.timezone = agent_id, timezone
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ModelChoiceField)
        kinds.queryset = TimeOffKind.objects.filter(is_active=True).select_related("activity_code")

    def clean(self) -> dict[str, Any]:
        """Work out the two instants."""
        data = super().clean() or {}
        if self.errors:
            return data
        first: date = data["first"]
        last: date = data.get("last") or first
        if last < first:
            raise forms.ValidationError({"last": _("The last day lies before the first.")})
        starts, ends = data.get("starts"), data.get("ends")
        if (starts or ends) and last != first:
            raise forms.ValidationError({"starts": _("A part of a day is on one day only.")})
        whole = days_off(self.agent_id, first, last, self.timezone)
        data["starts_at"] = starts_at = self._at(first, starts) or whole.starts_at
        data["ends_at"] = self._at(first, ends) or whole.ends_at
        if ends and data["ends_at"] <= starts_at:  # over midnight, as a night shift is
            data["ends_at"] = self._at(first + timedelta(days=1), ends)
        is_too_long = (starts or ends) and data["ends_at"] - starts_at > LONGEST_PART
        if starts_at >= data["ends_at"] or (ends and is_too_long):
            raise forms.ValidationError({"ends": _("It must end after it begins.")})
        return data

    def _at(self, day: date, clock: time | None) -> datetime | None:
        if clock is None:
            return None
        return datetime.combine(day, clock, ZoneInfo(self.timezone))


class AvailabilityAskForm(forms.Form):
    """When the agent can work, weekday by weekday, from a date on."""

    starts_on = forms.DateField(label=_("From"), widget=DateInput)
    ends_on = forms.DateField(label=_("Until (empty: for good)"), widget=DateInput, required=False)
    message = forms.CharField(label=_("Message (optional)"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in WEEKDAYS:
            self.fields[f"can_{weekday}"] = forms.ChoiceField(
                label=name,
                choices=(
                    ("any", _("any time")),
                    ("hours", _("only between")),
                    ("never", _("not at all")),
                ),
                initial="any",
                widget=forms.Select(attrs={"aria-label": name}),
            )
            for field, words in (("from", _("%(day)s from")), ("until", _("%(day)s until"))):
                self.fields[f"{field}_{weekday}"] = forms.TimeField(
                    widget=TimeInput(attrs={"aria-label": words % {"day": name}}), required=False
                )

    def weekdays(self) -> list[dict[str, Any]]:
        """The fields day by day, for the page."""
        return [
            {
                "name": name,
                "can": self[f"can_{weekday}"],
                "from": self[f"from_{weekday}"],
                "until": self[f"until_{weekday}"],
            }
            for weekday, name in WEEKDAYS
        ]

    def clean(self) -> dict[str, Any]:
        """Turn the fields into rows."""
        data = super().clean() or {}
        if self.errors:
            return data
        rows = []
        for weekday, _name in WEEKDAYS:
            can = data[f"can_{weekday}"]
            if can == "any":
                continue
            row: dict[str, Any] = {"weekday": weekday, "is_available": can == "hours"}
            if can == "hours":
                row |= self._hours(weekday, data)
            rows.append(row)
        data["rows"] = rows
        ends_on = data.get("ends_on")
        data["ends_on"] = ends_on + timedelta(days=1) if ends_on else None
        return data

    def _hours(self, weekday: int, data: dict[str, Any]) -> dict[str, int]:
        begins, ends = data.get(f"from_{weekday}"), data.get(f"until_{weekday}")
        if begins is None or ends is None:
            name = f"from_{weekday}" if begins is None else f"until_{weekday}"
            raise forms.ValidationError({name: _("Say from when until when.")})
        first, last = (clock.hour * 60 + clock.minute for clock in (begins, ends))
        # An end that is not after the start lies on the next day.
        return {
            "starts_minute": first,
            "ends_minute": last if last > first else last + MINUTES_PER_DAY,
        }


class WishForm(forms.ModelForm):  # type: ignore[type-arg]
    """A wish for a date or for every such weekday."""

    earliest = forms.TimeField(label=_("Starts from"), widget=TimeInput, required=False)
    latest = forms.TimeField(label=_("Starts until"), widget=TimeInput, required=False)

    class Meta:
        model = Preference
        fields = ("kind", "date", "weekday", "template", "rank")
        widgets = {"date": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = self.fields["template"]
        assert isinstance(template, forms.ModelChoiceField)
        template.queryset = ShiftTemplate.objects.order_by("name")
        template.required = False

    def clean(self) -> dict[str, Any]:
        """Only a wish for a start has times."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == PreferenceKind.START:
            earliest, latest = data.get("earliest"), data.get("latest")
            if earliest is None and latest is None:
                raise forms.ValidationError({"earliest": _("Say from when, until when, or both.")})
            if earliest is not None:
                self.instance.earliest_start_minute = earliest.hour * 60 + earliest.minute
            if latest is not None:
                self.instance.latest_start_minute = latest.hour * 60 + latest.minute
        return data


class ExplainForm(forms.Form):
    """Why a stretch out of adherence should not count."""

    starts_at = InstantField(widget=forms.HiddenInput)
    ends_at = InstantField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What happened?"), max_length=300, error_messages={"required": _("Give a reason.")}
    )

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """What it is about, however it came; None where an address names no stretch."""
        try:
            first, last = (
                InstantField().clean(self[name].value() or "") for name in ("starts_at", "ends_at")
            )
        except forms.ValidationError:
            return None
        return first, last
