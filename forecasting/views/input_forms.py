"""Forms of drivers and starting plans."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecasting.models import DriverLink, DriverSeries, StartingPlan
from wfm.org.models import Queue

NUMBERS = re.compile(r"[;,\s]+")
QUEUE, SERIES = "queue", "series"


class NumbersField(forms.CharField):
    """Numbers with blanks, commas or semicolons between; empty is None."""

    def clean(self, value: Any) -> list[float] | None:
        """Return the numbers."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return [float(part) for part in NUMBERS.split(text.strip()) if part]
        except ValueError as error:
            raise forms.ValidationError(_("Write numbers with blanks between.")) from error


class DriverChoiceField(forms.ChoiceField):
    """A queue (`queue-7`) or a named driver (`series-3`) that the person may see."""

    def offer(self, queues: list[Queue], series: list[DriverSeries]) -> None:
        """Set what can be chosen."""
        self.found: dict[str, Queue | DriverSeries] = {
            **{f"{SERIES}-{item.pk}": item for item in series},
            **{f"{QUEUE}-{item.pk}": item for item in queues},
        }
        self.choices = [(key, str(item)) for key, item in self.found.items()]

    def clean(self, value: Any) -> Queue | DriverSeries:
        """Return what was chosen."""
        return self.found[super().clean(value)]


class DriverLinkForm(forms.Form):
    """What may drive a queue."""

    driver = DriverChoiceField(label=gettext_lazy("Driver"))

    def __init__(self, *args: Any, queue: Queue, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.visible_to(principal).active().exclude(pk=queue.pk)
        self.fields["driver"].offer(  # type: ignore[attr-defined]
            list(queues.order_by("name")),
            list(DriverSeries.objects.visible_to(principal).order_by("name")),
        )


class DriverSeriesForm(forms.Form):
    """A driver that is no queue."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Such as Invoice mailing."),
    )
    unit = forms.CharField(
        label=gettext_lazy("One of it"), max_length=40, help_text=gettext_lazy("Such as letter.")
    )


class DriverValuesForm(forms.Form):
    """Days of a linked driver."""

    driver = DriverChoiceField(label=gettext_lazy("Driver"))
    values = forms.CharField(
        label=gettext_lazy("Values by day"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One day per line, such as 2026-04-01 1200; two columns can be pasted. "
            "A day that has a value gets the new one."
        ),
    )

    def __init__(self, *args: Any, links: list[DriverLink], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["driver"].offer(  # type: ignore[attr-defined]
            [link.driver_queue for link in links if link.driver_queue],
            [link.series for link in links if link.series],
        )


class StartingPlanForm(forms.Form):
    """What is expected of a new queue."""

    look_alike = forms.ModelChoiceField(
        label=gettext_lazy("Like the queue"),
        queryset=Queue.objects.none(),
        required=False,
        empty_label=gettext_lazy("none"),
    )
    weekly_contacts = forms.FloatField(
        label=gettext_lazy("Contacts a week"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("Empty: the ratio that its own days show to the other queue."),
    )
    weekday_shares = NumbersField(
        label=gettext_lazy("Shares of Monday to Sunday"),
        required=False,
        help_text=gettext_lazy("Seven numbers such as 20 19 18 18 17 5 3; without a queue only."),
    )
    profile = NumbersField(
        label=gettext_lazy("Parts of the opening hours"),
        required=False,
        help_text=gettext_lazy("Contacts in equal parts from opening to closing, such as 2 5 6 4."),
    )

    def __init__(
        self, *args: Any, queue: Queue, principal: object, plan: StartingPlan | None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {}
        if plan is not None:
            initial = {
                "look_alike": plan.look_alike_id,
                "weekly_contacts": plan.weekly_contacts,
                "weekday_shares": _as_text(plan.weekday_shares),
                "profile": _as_text(plan.profile),
            }
        super().__init__(*args, **{"initial": initial, **kwargs})
        visible = Queue.objects.visible_to(principal).active().exclude(pk=queue.pk)
        self.fields["look_alike"].queryset = visible.order_by("name")  # type: ignore[attr-defined]


def _as_text(numbers: list[float] | None) -> str:
    return " ".join(f"{number:g}" for number in numbers or [])
