"""Shrinkage profiles, line by line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.fields import DateInput, PercentField
from staffing.services import RateChange
from wfm.org.models import ActivityCode
from wfm.org.weekdays import WEEKDAYS

WEEKDAY_CHOICES = [("", _("every day")), *WEEKDAYS]


class RateForm(forms.Form):
    """One line of a shrinkage profile."""

    activity_code = forms.ModelChoiceField(
        label=_("Code"), queryset=ActivityCode.objects.none(), required=False
    )
    rate = PercentField(label=_("Share of paid time, %"), required=False, max_value=99)
    weekday = forms.TypedChoiceField(
        label=_("Day"), choices=WEEKDAY_CHOICES, coerce=int, empty_value=None, required=False
    )
    starts_at = forms.TimeField(label=_("From"), required=False)
    ends_at = forms.TimeField(label=_("Until"), required=False)
    is_scheduled = forms.BooleanField(label=_("Placed by the schedule"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = ActivityCode.objects.filter(is_active=True, is_work=False).order_by("name")
        self.fields["activity_code"].queryset = codes  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    @property
    def is_filled(self) -> bool:
        """A line with a code and a share counts."""
        return bool(self.cleaned_data.get("activity_code")) and bool(self.cleaned_data.get("rate"))

    def change(self) -> RateChange:
        """Return the line."""
        data = self.cleaned_data
        return RateChange(
            activity_code=data["activity_code"],
            rate=data["rate"],
            weekday=data["weekday"],
            starts_minute=_minute(data["starts_at"], otherwise=0),
            ends_minute=_minute(data["ends_at"], otherwise=1440) or 1440,
            is_scheduled=data["is_scheduled"],
        )


def _minute(moment: Any, *, otherwise: int) -> int:
    return otherwise if moment is None else moment.hour * 60 + moment.minute


RateFormSet = forms.formset_factory(RateForm, extra=2, max_num=40)


class ShrinkageForm(forms.Form):
    """The head of a new profile."""

    name = forms.CharField(label=_("Name"), max_length=80)
    starts_on = forms.DateField(label=_("In force from"), widget=DateInput())
