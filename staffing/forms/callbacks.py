"""Form of the offer of callbacks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from staffing.forms.fields import DateInput
from staffing.models.callback import MOST_AFTER_SECONDS
from staffing.services import CallbackTerms
from wfm.org.models import Queue


class CallbackForm(forms.Form):
    """Whom a queue offers a callback, from a date on."""

    target = forms.ModelChoiceField(label=_("Queue that calls back"), queryset=Queue.objects.none())
    after_seconds = forms.IntegerField(
        label=_("Offered beyond a wait of, seconds"),
        min_value=0,
        max_value=MOST_AFTER_SECONDS,
        help_text=_("The wait that is announced: place in the queue × AHT / people."),
    )
    acceptance_rate = forms.FloatField(
        label=_("Share that accepts, %"), min_value=0.1, max_value=99.9
    )
    starts_on = forms.DateField(label=_("From"), widget=DateInput())

    def __init__(self, *args: Any, targets: QuerySet[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = targets  # type: ignore[attr-defined]
        self.fields["acceptance_rate"].widget.attrs["step"] = "any"

    def terms(self) -> CallbackTerms:
        """Return what the offer says."""
        data = self.cleaned_data
        return CallbackTerms(
            after_seconds=data["after_seconds"], acceptance_rate=data["acceptance_rate"] / 100
        )
