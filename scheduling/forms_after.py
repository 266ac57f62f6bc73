"""Forms of a finished schedule: how to plan it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from scheduling.core.changes import ChangeKind, ChangePrices
from scheduling.models import ScheduleVersion
from scheduling.rule_texts import CHANGES
from scheduling.services.reoptimise_options import Absence, ReoptimiseOptions
from wfm.org.models import Agent

DEFAULTS = ChangePrices()


class ReoptimiseForm(forms.Form):
    """Who is away, what stays, what a change counts."""

    agents = forms.ModelMultipleChoiceField(
        label=_("Away besides granted time off"),
        queryset=Agent.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    away_from = forms.DateField(
        label=_("Away from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    away_until = forms.DateField(
        label=_("Away until and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    breaks_of = forms.DateField(
        label=_("Only the breaks of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave empty to plan shifts, too."),
    )

    def __init__(self, *args: Any, version: ScheduleVersion, principal: object, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.version = version
        people = Agent.objects.visible_to(principal).filter(shifts__version=version)
        self.fields["agents"].queryset = people.distinct().order_by("sort_key")  # type: ignore[attr-defined]
        for kind in ChangeKind:
            if kind == ChangeKind.ACTIVITY_MOVED:
                continue
            self.fields[f"price_{kind}"] = forms.FloatField(
                label=_("Price: %(kind)s") % {"kind": CHANGES[kind]},
                min_value=0,
                initial=DEFAULTS.of(kind),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for dates where somebody is away, and for them in order and inside the version."""
        chosen = super().clean() or {}
        first, last = chosen.get("away_from"), chosen.get("away_until")
        if chosen.get("agents") and first is None:
            raise ValidationError({"away_from": _("Say from when they are away.")})
        if first and last and last < first:
            raise ValidationError(
                {"away_until": _("Expected a date from %(first)s on.") % {"first": first}}
            )
        breaks = chosen.get("breaks_of")
        if breaks and not self.version.starts_on <= breaks < self.version.ends_on:
            raise ValidationError(
                {"breaks_of": _("%(day)s is not one of the version's days.") % {"day": breaks}}
            )
        return chosen

    def options(self) -> ReoptimiseOptions:
        """What the job is started with."""
        chosen = self.cleaned_data
        first = chosen["away_from"]
        last = chosen["away_until"] or first
        return ReoptimiseOptions(
            absences=tuple(
                Absence(agent_id=agent.pk, first=first, last=last) for agent in chosen["agents"]
            ),
            prices={
                str(kind): chosen[f"price_{kind}"]
                for kind in ChangeKind
                if f"price_{kind}" in chosen
            },
            breaks_of=chosen["breaks_of"],
        )
