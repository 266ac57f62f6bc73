"""Fields that several forms share. Shares are typed in percent and kept as fractions."""

from __future__ import annotations

from typing import Any

from django import forms

from staffing.core.definitions import ServiceLevel
from wfm.metrics import get

FAMILY = "service_level."


def level_choices() -> list[tuple[str, str]]:
    """Return the service levels of live queues with their titles."""
    return [(key.metric_key, str(get(key.metric_key).title)) for key in ServiceLevel]


def plain(value: Any) -> Any:
    """Return 240 for 240.0: a field shows what a person would type."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class PercentField(forms.FloatField):
    """A share, typed in percent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 100)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("step", "any")

    def clean(self, value: Any) -> Any:
        """Return the fraction."""
        percent = super().clean(value)
        return None if percent is None else percent / 100

    def prepare_value(self, value: Any) -> Any:
        """Show a fraction as percent; what a person typed stays as typed."""
        return plain(round(value * 100, 6)) if isinstance(value, float) else value


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
