"""What a person types in the history and forecast rooms, parsed and checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from forecasting.core.imports.fields import FIELDS
from forecasting.models import (
    ImportBatch,
    ImportKind,
    OverrideComponent,
    OverrideKind,
    SpecialDayKind,
)
from forecasting.services import MappingChoice
from forecasting.services.runs import DEFAULT_HORIZON_DAYS, LONGEST_HORIZON_DAYS
from wfm.org.models import Queue

FIELD_LABELS = {
    "queue": _("Queue"),
    "starts_at": _("Start (date and time)"),
    "date": _("Date"),
    "time": _("Time of day"),
    "offered": _("Offered"),
    "answered": _("Answered"),
    "abandoned": _("Abandoned"),
    "answered_within": _("Answered within the threshold"),
    "abandoned_within": _("Abandoned within the threshold"),
    "short_abandoned": _("Short abandons"),
    "aht": _("AHT (mean per contact)"),
    "handle_seconds": _("Handle time (sum)"),
    "asa": _("ASA (mean wait of answered)"),
    "wait_seconds_answered": _("Wait of answered (sum)"),
    "wait_seconds_total": _("Wait of all (sum)"),
    "external_id": _("Id of the item"),
    "arrived_at": _("Arrived"),
    "due_at": _("Due"),
    "completed_at": _("Completed"),
    "customer": _("Customer (only a keyed hash is kept)"),
}


class PercentsField(forms.CharField):
    """Percentages between spaces, as fractions."""

    def clean(self, value: Any) -> list[float]:
        """Return the fractions; 5,95 may be one number or two, so that it is refused."""
        found = []
        for part in str(super().clean(value)).split():
            try:
                found.append(float(part.rstrip(",;%")) / 100)
            except ValueError:
                message = _("Expected per cent such as 5 25 75 95, got %(part)s.")
                raise forms.ValidationError(message % {"part": part}) from None
        return found


class WallClockField(forms.DateTimeField):
    """A moment on a wall clock; the form adds the zone."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M"
    )

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Parse without a zone: Django would add the person's own."""
        moment = super().to_python(value)
        return moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment


class UploadForm(forms.Form):
    """A file to import."""

    file = forms.FileField(label=_("File (CSV or XLSX)"))
    kind = forms.ChoiceField(label=_("It holds"), choices=ImportKind.choices)
    queue = forms.ModelChoiceField(
        label=_("Queue"),
        queryset=Queue.objects.none(),
        required=False,
        empty_label=_("named in the file"),
    )

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Queue.objects.visible_to(principal).active().order_by("name")
        self.fields["queue"].queryset = visible  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """Which column means what."""

    date_order = forms.ChoiceField(
        label=_("Dates"),
        choices=[
            ("", _("choose")),
            ("ymd", _("year, month, day")),
            ("dmy", _("day, month, year")),
            ("mdy", _("month, day, year")),
        ],
    )
    decimal = forms.ChoiceField(
        label=_("Decimal sign"),
        choices=[("", _("choose")), (".", _("point: 1,234.5")), (",", _("comma: 1.234,5"))],
    )
    threshold_seconds = forms.IntegerField(
        label=_("Threshold of “within”, seconds"), min_value=1, max_value=86_400, required=False
    )
    split_coarse = forms.BooleanField(
        label=_("Spread rows that are longer than the interval evenly"), required=False
    )
    queue = forms.ModelChoiceField(
        label=_("Queue"),
        queryset=Queue.objects.none(),
        required=False,
        empty_label=_("named in the file"),
    )
    save_as = forms.CharField(
        label=_("Keep this mapping as"),
        max_length=120,
        required=False,
        help_text=_("The next file with the same header is read the same way."),
    )

    def __init__(self, *args: Any, batch: ImportBatch, principal: object, **kwargs: Any) -> None:
        kept = batch.mapping
        initial = {
            "date_order": kept["date_order"] or "",
            "decimal": kept["decimal"] or "",
            "threshold_seconds": kept["threshold_seconds"],
            "split_coarse": kept["split_coarse"],
            "queue": batch.queue,
            "save_as": kept["source"],
        }
        initial |= {f"column_{key}": str(column) for key, column in kept["columns"].items()}
        super().__init__(*args, **{"initial": initial} | kwargs)
        visible = Queue.objects.visible_to(principal).active().order_by("name")
        self.fields["queue"].queryset = visible  # type: ignore[attr-defined]
        self.keys = [item.key for item in FIELDS[batch.kind]]
        headers = [
            (str(index), header or str(index + 1)) for index, header in enumerate(kept["headers"])
        ]
        for key in self.keys:
            self.fields[f"column_{key}"] = forms.ChoiceField(
                label=FIELD_LABELS[key],
                choices=[("", _("not in the file")), *headers],
                required=False,
            )
        if batch.kind != ImportKind.INTERVALS:
            for name in ("threshold_seconds", "split_coarse"):
                del self.fields[name]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The fields that choose a column."""
        return [self[f"column_{key}"] for key in self.keys]

    @property
    def option_fields(self) -> list[forms.BoundField]:
        """All others."""
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def choice(self) -> MappingChoice:
        """The decision, for the service."""
        data = self.cleaned_data
        columns = {
            key: int(data[f"column_{key}"]) for key in self.keys if data.get(f"column_{key}")
        }
        return MappingChoice(
            columns=columns,
            date_order=data["date_order"],
            decimal=data["decimal"],
            split_coarse=bool(data.get("split_coarse")),
            threshold_seconds=data.get("threshold_seconds"),
            save_as=data["save_as"],
        )


class StartForm(forms.Form):
    """What to forecast."""

    queue = forms.ModelChoiceField(
        label=_("Queue"), queryset=Queue.objects.none(), required=False, empty_label=_("all queues")
    )
    days = forms.IntegerField(
        label=_("Days ahead"), min_value=1, max_value=LONGEST_HORIZON_DAYS,
        initial=DEFAULT_HORIZON_DAYS,
    )  # fmt: skip
    quantiles = PercentsField(
        label=_("More quantiles"),
        required=False,
        help_text=_("Per cent, such as 5 25 75 95; 10, 50 and 90 are always kept."),
    )

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Queue.objects.visible_to(principal).active().order_by("name")
        self.fields["queue"].queryset = visible  # type: ignore[attr-defined]


class OverrideForm(forms.Form):
    """A change of the forecast, on the wall clock of its queue."""

    starts_at = WallClockField(label=_("From"))
    ends_at = WallClockField(label=_("Until"))
    component = forms.ChoiceField(
        label=_("Of"),
        choices=OverrideComponent.choices,
        initial=OverrideComponent.VOLUME,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Change"), choices=OverrideKind.choices)
    value = forms.FloatField(
        label=_("Value"),
        help_text=_("contacts, a factor such as 1.1, or a share of the day such as 0.02"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, queue: Queue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = queue

    def clean(self) -> dict[str, Any]:
        """Add the queue's zone; times that the clock skipped or repeated are read as the first."""
        data = super().clean() or {}
        data["component"] = data.get("component") or OverrideComponent.VOLUME
        zone = ZoneInfo(self.queue.timezone)
        for name in ("starts_at", "ends_at"):
            if isinstance(data.get(name), datetime):
                data[name] = data[name].replace(tzinfo=zone)
        first, last = data.get("starts_at"), data.get("ends_at")
        if first and last and first >= last:
            self.add_error("ends_at", _("The override must end after it starts."))
        return data


class HolidayCodesForm(forms.Form):
    """Countries whose holidays move a queue's volume."""

    codes = forms.CharField(
        label=_("National holidays of"),
        max_length=80,
        required=False,
        help_text=_("Countries and their parts: GB, US-NY or DE-BY,AT. Empty means none."),
    )


class SpecialDayForm(forms.Form):
    """A date that is not ordinary."""

    date = forms.DateField(
        label=_("Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Days of one name are learnt from each other.")
    )
    kind = forms.ChoiceField(label=_("It is"), choices=SpecialDayKind.choices)
    factor = forms.FloatField(
        label=_("Share of a usual day"), min_value=0, max_value=100, required=False
    )
