"""Forms of what may be asked for, how it is reviewed, and of offers of shifts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.forms.rules import END_OF_DAY, ClockField, DateInput, RuleForm
from scheduling.models import (
    OpenShift,
    RankRule,
    RequestPolicy,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
)
from wfm.org.models import ActivityCode, Site, Skill
from wfm.org.weekdays import WEEKDAYS


class KindForm(RuleForm):
    """A kind of time off."""

    class Meta:
        model = TimeOffKind
        fields = (
            "activity_code",
            "unit",
            "needs_balance",
            "review",
            "notice_days",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = ActivityCode.objects.filter(is_active=True, is_work=False).order_by("name")
        self.fields["activity_code"].queryset = codes  # type: ignore[attr-defined]
        if self.instance.pk and self.instance.entitlements.exists():
            # What has been granted is written in this unit.
            self.fields["unit"].disabled = True


class EntitlementForm(RuleForm):
    """What an agent may take in a period."""

    class Meta:
        model = TimeOffEntitlement
        fields = (
            "agent",
            "kind",
            "starts_on",
            "ends_on",
            "granted",
            "carried",
            "carried_until",
        )
        labels = {"kind": _("Kind")}
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "carried_until": DateInput(),
        }


class LimitForm(RuleForm):
    """Most people who may be off."""

    starts_minute = ClockField(label=_("From, time of day"), empty_minute=0)
    ends_minute = ClockField(label=_("Until, time of day"), empty_minute=END_OF_DAY)
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        choices=[(str(number), name) for number, name in WEEKDAYS],
        initial=list("0123456"),
    )
    field_order = (
        "name",
        "team",
        "site",
        "skill",
        "most_people",
        "starts_on",
        "ends_on",
        "weekdays",
        "starts_minute",
        "ends_minute",
        "waitlist_rule",
    )

    class Meta:
        model = TimeOffLimit
        fields = (
            "name",
            "team",
            "site",
            "skill",
            "most_people",
            "starts_on",
            "ends_on",
            "weekdays",
            "starts_minute",
            "ends_minute",
            "waitlist_rule",
        )
        labels = {"skill": _("Skill")}
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, principal=principal, **kwargs)
        for name, model in (("site", Site), ("skill", Skill)):
            rows: Any = model.objects.all()
            self.fields[name].queryset = rows.visible_to(principal).order_by("name")  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["weekdays"] = list(self.instance.weekdays)

    def clean_weekdays(self) -> str:
        """`01234` for Monday to Friday."""
        return "".join(sorted(self.cleaned_data["weekdays"]))


class PolicyForm(RuleForm):
    """How requests are reviewed."""

    class Meta:
        model = RequestPolicy
        fields = (
            "team",
            "swap_review",
            "swap_notice_minutes",
            "least_hours_bind",
            "availability_review",
            "availability_notice_days",
            "wish_review",
        )


class OfferForm(RuleForm):
    """An offer of a shift, overtime or voluntary time off."""

    class Meta:
        model = OpenShift
        fields = (
            "kind",
            "starts_at",
            "ends_at",
            "people",
            "queue",
            "site",
            "team",
            "place",
            "rank_rule",
            "closes_at",
            "price_per_hour",
            "note",
        )
        widgets = {
            name: forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            for name in ("starts_at", "ends_at", "closes_at")
        }

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, principal=principal, **kwargs)
        sites: Any = Site.objects.all()
        self.fields["site"].queryset = sites.visible_to(principal).order_by("name")  # type: ignore[attr-defined]
        self.fields["rank_rule"].initial = RankRule.FIRST
