"""A pool: its settings, and the order in which its queues are served."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffing.forms.fields import PercentField
from staffing.models.pool import MOST_GIVEN
from staffing.services import PoolSettings
from wfm.org.models import Queue


class PoolForm(forms.Form):
    """Settings, and one number per queue: 1 is served first, empty is not in the pool."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    max_occupancy_rate = PercentField(
        label=gettext_lazy("Occupancy at most, %"), min_value=1, initial=0.85
    )
    live_give_rate = PercentField(
        label=gettext_lazy("Live service given up at most, points"),
        max_value=MOST_GIVEN * 100,
        initial=0.005,
        help_text=gettext_lazy(
            "By how much deferred work may lower the level of a live queue: half a point at most."
        ),
    )
    is_interruptible = forms.BooleanField(
        label=gettext_lazy("A live contact interrupts deferred work, which goes on later"),
        required=False,
    )
    deferred_in_order = forms.BooleanField(
        label=gettext_lazy("Deferred queues are worked on in their order, not by due time"),
        required=False,
        help_text=gettext_lazy(
            "Live contacts always come before deferred work, whatever its number."
        ),
    )

    def __init__(self, *args: Any, queues: QuerySet[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queues = list(queues)
        for queue in self.queues:
            self.fields[f"priority_{queue.pk}"] = forms.IntegerField(
                label=queue.name, required=False, min_value=1, max_value=len(self.queues)
            )

    def settings_fields(self) -> list[forms.BoundField]:
        """Return the fields of the pool itself."""
        return [field for field in self if not field.name.startswith("priority_")]

    def queue_rows(self) -> list[tuple[Queue, forms.BoundField]]:
        """Return the queues with their numbers."""
        return [(queue, self[f"priority_{queue.pk}"]) for queue in self.queues]

    def clean(self) -> dict[str, Any]:
        """Refuse two queues of the same number."""
        data = super().clean() or {}
        numbers = [data.get(f"priority_{queue.pk}") for queue in self.queues]
        chosen = [number for number in numbers if number]
        if len(chosen) > len(set(chosen)):
            raise forms.ValidationError(_("Give each queue of the pool a number of its own."))
        return data

    def settings(self) -> PoolSettings:
        """Return what the pool says besides its queues."""
        names = (
            "name",
            "max_occupancy_rate",
            "live_give_rate",
            "is_interruptible",
            "deferred_in_order",
        )
        return PoolSettings(**{name: self.cleaned_data[name] for name in names})

    def chosen(self) -> list[Queue]:
        """Return the queues of the pool, the first one served first."""
        numbers = {
            queue: int(self.cleaned_data.get(f"priority_{queue.pk}") or 0) for queue in self.queues
        }
        return sorted((queue for queue in self.queues if numbers[queue]), key=numbers.__getitem__)
