"""The form of what one wants to hear of."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wfm.integration.families import FAMILIES, OTHER
from wfm.integration.models import QuietHours
from wfm.integration.services.choices import Channels, choices_of
from wfm.org.models import User

CHANNELS = (
    ("on_page", _("On the page")),
    ("by_email", _("E-mail")),
    ("by_webhook", _("Webhook")),
)
MINUTES_PER_HOUR = 60


class ChoicesForm(forms.Form):
    """A tick box per family and channel, and quiet hours."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        quiet = QuietHours.objects.filter(user=person).first()
        if quiet is not None:
            kwargs["initial"] = {
                "quiet_from": _as_time(quiet.from_minute),
                "quiet_until": _as_time(quiet.until_minute),
            }
        super().__init__(*args, **kwargs)
        self._in_force = choices_of(person)
        for item in self._in_force:
            for name, label in CHANNELS:
                self.fields[f"{item.family.key}-{name}"] = forms.BooleanField(
                    required=False, initial=getattr(item.channels, name), label=label
                )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each family with its three boxes, for the table."""
        return [
            {
                "label": item.family.label,
                "boxes": [self[f"{item.family.key}-{name}"] for name, _label in CHANNELS],
            }
            for item in self._in_force
        ]

    def clean(self) -> dict[str, Any]:
        """Quiet hours need both ends."""
        data = super().clean() or {}
        if (data.get("quiet_from") is None) is not (data.get("quiet_until") is None):
            self.add_error("quiet_until", _("Quiet hours need both a beginning and an end."))
        return data

    def channels(self) -> dict[str, Channels]:
        """Return the ticked channels by family."""
        return {
            family.key: Channels(
                **{name: self.cleaned_data[f"{family.key}-{name}"] for name, _label in CHANNELS}
            )
            for family in (*FAMILIES, OTHER)
        }

    def quiet_minutes(self) -> tuple[int, int] | None:
        """Return the quiet hours as minutes of the day."""
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return None if begins is None else (_minute(begins), _minute(ends))


def _as_time(minute: int) -> time:
    return time(minute // MINUTES_PER_HOUR, minute % MINUTES_PER_HOUR)


def _minute(at: time) -> int:
    return at.hour * MINUTES_PER_HOUR + at.minute
