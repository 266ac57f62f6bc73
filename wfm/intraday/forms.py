"""Forms of the day in hand: limits, responsibilities, playbooks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adherence.models import AlertRule, Playbook, PlaybookRun, Responsibility
from wfm.org.models import Client, Queue, Role, Site, Team, User
from wfm.org.weekdays import WEEKDAYS

MODELS: dict[str, Any] = {"queue": Queue, "team": Team, "site": Site, "client": Client}
END_OF_DAY = 1440


class ClockField(forms.TimeField):
    """A minute of the day, written as the time of a clock; 00:00 as an end is midnight."""

    def __init__(self, *, is_end: bool = False, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}), **kwargs)
        self.is_end = is_end

    def prepare_value(self, value: Any) -> Any:
        """`07:30` for 450."""
        if isinstance(value, int):
            return f"{value % END_OF_DAY // 60:02d}:{value % 60:02d}"
        return value

    def clean(self, value: Any) -> Any:
        """450 for `07:30`."""
        found = super().clean(value)
        if found is None:
            return None
        minute = found.hour * 60 + found.minute
        return END_OF_DAY if self.is_end and minute == 0 else minute


class WeekdaysField(forms.MultipleChoiceField):
    """Weekdays as the digits that the table keeps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[(str(day), name) for day, name in WEEKDAYS],
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """`["0", "1"]` for `01`."""
        return list(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        """`01` for `["0", "1"]`."""
        return "".join(sorted(super().clean(value)))


class ScopedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row about one part of the operation, of those that the person sees."""

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in MODELS.items():
            field: Any = self.fields[name]
            field.queryset = model.objects.visible_to(principal).order_by("name")
            field.empty_label = _("(not limited)")


class AlertRuleForm(ScopedForm):
    """When an alert is raised."""

    class Meta:
        model = AlertRule
        fields = (
            "kind",
            "threshold",
            "hysteresis",
            "hold_minutes",
            "clear_minutes",
            "escalate_minutes",
            "queue",
            "team",
            "site",
            "client",
            "is_active",
        )


class ResponsibilityForm(ScopedForm):
    """Who answers for what."""

    from_minute = ClockField(label=_("from"))
    until_minute = ClockField(
        label=_("until"), is_end=True, help_text=_("Before the first: over midnight.")
    )
    weekdays = WeekdaysField(label=_("weekdays"))

    class Meta:
        model = Responsibility
        fields = (
            "user",
            "role",
            "place",
            "queue",
            "team",
            "site",
            "client",
            "kind",
            "weekdays",
            "from_minute",
            "until_minute",
            "timezone",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.queryset = (
            User.objects.filter(is_active=True, role_grants__role__is_internal=True)
            .distinct()
            .order_by("display_name")
        )
        roles: Any = self.fields["role"]
        roles.queryset = Role.objects.filter(is_internal=True).order_by("name")


class PlaybookForm(ScopedForm):
    """A playbook; one step a line."""

    steps = forms.CharField(
        label=_("steps"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One a line; who does it after a vertical bar: Call the partner | Duty manager."
        ),
    )

    class Meta:
        model = Playbook
        fields = (
            "name",
            "description",
            "kind",
            "threshold",
            "duration_minutes",
            "queue",
            "team",
            "site",
            "client",
            "is_active",
        )
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            rows = self.instance.steps.order_by("position")
            self.initial["steps"] = "\n".join(
                f"{step.text} | {step.owner}" if step.owner else step.text for step in rows
            )

    def steps_given(self) -> list[tuple[str, str]]:
        """Return what and who of each line."""
        lines = self.cleaned_data["steps"].splitlines()
        return [
            (what.strip(), who.strip()) for what, _bar, who in (x.partition("|") for x in lines)
        ]


class EndRunForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a run came to."""

    class Meta:
        model = PlaybookRun
        fields = ("outcome", "outcome_note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].required = True
