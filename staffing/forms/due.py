"""Due rules as a person types them: hours or days, and a cut-off on the clock."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wfm.org.models.goal import MOST_DUE_DAYS, MOST_DUE_MINUTES
from wfm.timeline import DueRule, DueUnit

DUE_FIELDS = ("due_amount", "due_in", "due_cutoff")
DUE_CHOICES = [
    ("business_hours", _("business hours")),
    ("business_days", _("business days, by closing")),
    ("hours", _("hours round the clock")),
    ("calendar_days", _("calendar days, by midnight")),
    ("business_minutes", _("business minutes")),
    ("minutes", _("minutes round the clock")),
]
# Hours before minutes: the first that fits is shown.
DUE_UNITS_OF_FORM = {
    "business_hours": (DueUnit.BUSINESS_MINUTES, 60),
    "business_minutes": (DueUnit.BUSINESS_MINUTES, 1),
    "business_days": (DueUnit.BUSINESS_DAYS, 1),
    "hours": (DueUnit.CALENDAR_MINUTES, 60),
    "minutes": (DueUnit.CALENDAR_MINUTES, 1),
    "calendar_days": (DueUnit.CALENDAR_DAYS, 1),
}
MIDNIGHT = time()


def due_rule_of(data: dict[str, Any]) -> DueRule:
    """Return the rule that the fields say; raises ValueError with the sentence that refuses it."""
    unit, factor = DUE_UNITS_OF_FORM[data["due_in"]]
    amount = data["due_amount"] * factor
    cutoff = data["due_cutoff"]
    most = MOST_DUE_DAYS if unit.is_days else MOST_DUE_MINUTES
    if amount > most:
        raise ValueError(
            _("Work cannot be due later than a year after it came: %(most)s at most here.")
            % {"most": most // factor}
        )
    if amount == 0 and not unit.is_days:
        raise ValueError(_("Due within 0 hours is due at once; give at least 1, or choose days."))
    if cutoff == MIDNIGHT:
        raise ValueError(_("A cut-off at midnight is the end of the day; leave it empty."))
    minute = None if cutoff is None else cutoff.hour * 60 + cutoff.minute
    return DueRule(unit, amount, minute)


def due_initial(rule: DueRule | None) -> dict[str, Any]:
    """Return what the fields show of a rule: whole hours as hours."""
    if rule is None:
        return {"due_in": "business_hours"}
    fitting = [
        (name, factor)
        for name, (unit, factor) in DUE_UNITS_OF_FORM.items()
        if unit == rule.unit and rule.amount % factor == 0
    ]
    name, factor = fitting[0]
    cutoff = None if rule.cutoff_minute is None else time(*divmod(rule.cutoff_minute, 60))
    return {"due_amount": rule.amount // factor, "due_in": name, "due_cutoff": cutoff}


class DueForm(forms.Form):
    """A due rule that is being thought about."""

    due_amount = forms.IntegerField(min_value=0)
    due_in = forms.ChoiceField(choices=DUE_CHOICES)
    due_cutoff = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse what no goal could say, with its sentence."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                data["due_rule"] = due_rule_of(data)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return data
