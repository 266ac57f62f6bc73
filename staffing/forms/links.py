"""Links between queues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from staffing.forms.fields import DateInput
from staffing.models.link import MOST_DELAY_MINUTES, MOST_ITEMS
from staffing.services import LinkTerms
from wfm.org.models import Queue


class LinkForm(forms.Form):
    """A queue that feeds this one."""

    source = forms.ModelChoiceField(label=_("From queue"), queryset=Queue.objects.none())
    share = forms.FloatField(
        label=_("Items here per finished item"), min_value=0.0001, max_value=MOST_ITEMS
    )
    delay_hours = forms.FloatField(
        label=_("Delay, hours"),
        required=False,
        min_value=0,
        max_value=MOST_DELAY_MINUTES / 60,
        help_text=_("Around the clock, from finished there to arriving here."),
    )
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("Until"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, sources: QuerySet[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        self.fields["share"].widget.attrs["step"] = "any"
        self.fields["delay_hours"].widget.attrs["step"] = "any"

    def terms(self) -> LinkTerms:
        """Return what the link says."""
        data = self.cleaned_data
        return LinkTerms(
            share=data["share"],
            delay_minutes=round((data["delay_hours"] or 0) * 60),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
        )


class EndLinkForm(forms.Form):
    """When a link ends."""

    ends_on = forms.DateField(label=_("Ends on"), widget=DateInput())
