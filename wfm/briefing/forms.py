"""The wish for the briefing by e-mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wfm.intraday.forms import ClockField, WeekdaysField
from wfm.org.models.base import validate_time_zone


class BriefingForm(forms.Form):
    """When the briefing comes."""

    is_active = forms.BooleanField(label=_("send it to me by e-mail"), required=False)
    at_minute = ClockField(label=_("at"))
    timezone = forms.CharField(label=_("time zone"), max_length=64, validators=[validate_time_zone])
    weekdays = WeekdaysField(label=_("weekdays"))

    def wish(self) -> dict[str, Any]:
        """Return what the service takes."""
        return dict(self.cleaned_data)
