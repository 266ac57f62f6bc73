"""Forms of the staffing room. Shares are typed in percent and kept as fractions."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from staffing.core.calculator import Question, UnableToCalculate
from staffing.core.deferred_plan import PlanShape
from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.model_choice import LiveGoal
from staffing.core.params import LiveStrategy
from staffing.models.link import MOST_DELAY_MINUTES, MOST_ITEMS
from staffing.models.simulation import LEAST_REPEATS, MOST_REPEATS
from staffing.services import GoalChange, LinkTerms, QueueSettings, RateChange
from staffing.services.goals import DEFERRED_KEY
from wfm.metrics import get
from wfm.org.models import ActivityCode, Queue, ServiceGoal
from wfm.org.models.work import MOST_DUE_DAYS, MOST_DUE_MINUTES
from wfm.org.weekdays import WEEKDAYS
from wfm.timeline import DueRule, DueUnit

FAMILY = "service_level."
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
WEEKDAY_CHOICES = [("", _("every day")), *WEEKDAYS]


def level_choices() -> list[tuple[str, str]]:
    """Return the service levels of live queues with their titles."""
    return [(key.metric_key, str(get(key.metric_key).title)) for key in ServiceLevel]


def plain(value: Any) -> Any:
    """Return 240 for 240.0: a field shows what a person would type."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


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


class PercentField(forms.FloatField):
    """A share, typed in percent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 100)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("step", "any")

    def clean(self, value: Any) -> Any:
        """Return the fraction."""
        percent = super().clean(value)
        return None if percent is None else percent / 100

    def prepare_value(self, value: Any) -> Any:
        """Show a fraction as percent; what a person typed stays as typed."""
        return plain(round(value * 100, 6)) if isinstance(value, float) else value


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class StartForm(forms.Form):
    """How the next requirement is computed."""

    live_strategy = forms.ChoiceField(
        label=_("Live queues"),
        choices=[
            (LiveStrategy.CARRIED_OVER.value, _("each interval goes on from the last one")),
            (LiveStrategy.PERIOD_BY_PERIOD.value, _("each interval stands for itself")),
        ],
        initial=LiveStrategy.CARRIED_OVER.value,
    )
    deferred_shape = forms.ChoiceField(
        label=_("Deferred queues"),
        choices=[
            (PlanShape.SHAPED.value, _("follow the due times")),
            (PlanShape.FLAT.value, _("the same team in all open hours")),
        ],
        initial=PlanShape.SHAPED.value,
    )
    chat_growth_rate = PercentField(
        label=_("Longer handling per further chat, %"), initial=0.25, max_value=99
    )
    clear_overdue_minutes = forms.IntegerField(
        label=_("Clear what is overdue within, business hours"),
        initial=8,
        min_value=1,
        max_value=200,
    )

    def clean_clear_overdue_minutes(self) -> int:
        """Hours on the page, minutes in the parameters."""
        return int(self.cleaned_data["clear_overdue_minutes"]) * 60


class SimulationForm(forms.Form):
    """Which days of a requirement are lived through, and how often."""

    queue = forms.IntegerField(widget=forms.HiddenInput())
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("To"), widget=DateInput())
    repeats = forms.IntegerField(
        label=_("Times each day"), initial=200, min_value=LEAST_REPEATS, max_value=MOST_REPEATS
    )


class GoalForm(forms.Form):
    """A new version of a queue's goal; live and deferred queues see their own fields."""

    starts_on = forms.DateField(label=_("In force from"), widget=DateInput())
    metric_key = forms.ChoiceField(label=_("Service level counts"))
    level = PercentField(label=_("Target, %"), min_value=0.01)
    threshold_seconds = forms.IntegerField(label=_("Answered within, seconds"), min_value=0)
    due_amount = forms.IntegerField(label=_("Done within"), min_value=0)
    due_in = forms.ChoiceField(label=_("counted in"), choices=DUE_CHOICES)
    due_cutoff = forms.TimeField(
        label=_("Counts as the next day from"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("The cut-off on the queue's clock. Empty: none."),
    )
    max_asa_seconds = forms.FloatField(
        label=_("Average speed of answer at most, seconds"), required=False, min_value=0.1
    )
    max_abandonment_rate = PercentField(
        label=_("Abandonment at most, %"), required=False, min_value=0.01
    )
    max_occupancy_rate = PercentField(label=_("Occupancy at most, %"), required=False, min_value=1)

    def __init__(self, *args: Any, queue: Queue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        foreign = list(DUE_FIELDS)
        choices = level_choices()
        if not queue.is_live:
            foreign = ["threshold_seconds", "max_asa_seconds", "max_abandonment_rate"]
            choices = [(DEFERRED_KEY, str(get(DEFERRED_KEY).title))]
        elif not queue.contacts_abandon:
            foreign.append("max_abandonment_rate")
            choices = choices[:1]
        for name in foreign:
            del self.fields[name]
        self.fields["metric_key"].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, goal: ServiceGoal) -> dict[str, Any]:
        """Return what the fields show of a version."""
        named = {name: getattr(goal, name) for name in cls.base_fields if name not in DUE_FIELDS}
        return named | due_initial(goal.due_rule)

    def clean(self) -> dict[str, Any]:
        """Bring the due time to the unit that is kept."""
        data: dict[str, Any] = super().clean() or {}
        if "due_in" in self.fields and not self.errors:
            try:
                data["due_rule"] = due_rule_of(data)
            except ValueError as error:
                self.add_error("due_amount", str(error))
        return data

    def change(self) -> GoalChange:
        """Return what the new version says."""
        other = {"starts_on", "due_rule", *DUE_FIELDS}
        named = {name: value for name, value in self.cleaned_data.items() if name not in other}
        if rule := self.cleaned_data.get("due_rule"):
            named |= {
                "due_unit": rule.unit.value,
                "due_amount": rule.amount,
                "due_cutoff_minute": rule.cutoff_minute,
            }
        return GoalChange(**named)


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


class LinkForm(forms.Form):
    """A queue that feeds this one."""

    source = forms.ModelChoiceField(
        label=_("What this queue finishes"), queryset=Queue.objects.none()
    )
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


class SettingsForm(forms.Form):
    """The settings of a queue that staffing rests on."""

    default_aht_seconds = forms.FloatField(label=_("AHT where unknown, seconds"), min_value=1)
    patience_seconds = forms.FloatField(
        label=_("Patience, seconds"),
        required=False,
        min_value=1,
        help_text=_("Empty: measured from history (total wait / abandoned)."),
    )
    min_agents = forms.IntegerField(label=_("Fewest people while open"), min_value=0, max_value=999)

    def settings(self) -> QueueSettings:
        """Return the settings."""
        return QueueSettings(**self.cleaned_data)


class RateForm(forms.Form):
    """One line of a shrinkage profile."""

    activity_code = forms.ModelChoiceField(
        label=_("Code"), queryset=ActivityCode.objects.none(), required=False
    )
    rate = PercentField(label=_("Share of paid time, %"), required=False, max_value=99)
    weekday = forms.TypedChoiceField(
        label=_("Day"), choices=WEEKDAY_CHOICES, coerce=int, empty_value=None, required=False
    )
    starts_at = forms.TimeField(label=_("From"), required=False)
    ends_at = forms.TimeField(label=_("Until"), required=False)
    is_scheduled = forms.BooleanField(label=_("Placed by the schedule"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = ActivityCode.objects.filter(is_active=True, is_work=False).order_by("name")
        self.fields["activity_code"].queryset = codes  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    @property
    def is_filled(self) -> bool:
        """A line with a code and a share counts."""
        return bool(self.cleaned_data.get("activity_code")) and bool(self.cleaned_data.get("rate"))

    def change(self) -> RateChange:
        """Return the line."""
        data = self.cleaned_data
        return RateChange(
            activity_code=data["activity_code"],
            rate=data["rate"],
            weekday=data["weekday"],
            starts_minute=_minute(data["starts_at"], otherwise=0),
            ends_minute=_minute(data["ends_at"], otherwise=1440) or 1440,
            is_scheduled=data["is_scheduled"],
        )


def _minute(moment: Any, *, otherwise: int) -> int:
    return otherwise if moment is None else moment.hour * 60 + moment.minute


RateFormSet = forms.formset_factory(RateForm, extra=2, max_num=40)


class ShrinkageForm(forms.Form):
    """The head of a new profile."""

    name = forms.CharField(label=_("Name"), max_length=80)
    starts_on = forms.DateField(label=_("In force from"), widget=DateInput())


class CalculatorForm(forms.Form):
    """One interval, asked while a slider moves."""

    offered = forms.FloatField(
        label=_("Contacts per interval"), min_value=0, max_value=1e6, initial=100
    )
    interval_minutes = forms.TypedChoiceField(
        label=_("Interval"),
        choices=[(15, _("15 min")), (30, _("30 min")), (60, _("60 min"))],
        coerce=int,
        initial=30,
    )
    aht_seconds = forms.FloatField(
        label=_("AHT, seconds"), min_value=1, max_value=86_400, initial=240
    )
    patience_seconds = forms.FloatField(
        label=_("Patience, seconds"),
        min_value=1,
        max_value=1e6,
        initial=120,
        required=False,
        help_text=_("Empty: nobody gives up (Erlang C)."),
    )
    metric_key = forms.ChoiceField(
        label=_("Service level counts"), initial=ServiceLevel.ANSWERED_OVER_OFFERED.metric_key
    )
    level = PercentField(label=_("Target, %"), initial=0.8, min_value=0.01)
    threshold_seconds = forms.FloatField(
        label=_("Within, seconds"), min_value=0, max_value=86_400, initial=20
    )
    max_occupancy_rate = PercentField(label=_("Occupancy at most, %"), required=False, min_value=1)
    shrinkage_rate = PercentField(label=_("Shrinkage, %"), initial=0.3, max_value=95)
    concurrency = forms.IntegerField(
        label=_("Contacts at once"), min_value=1, max_value=8, initial=1
    )
    agents = forms.IntegerField(label=_("Try so many agents"), min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric_key"].choices = level_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what the core refuses, with its sentence."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                data["question"] = self._question(data)
            except UnableToCalculate as error:
                raise forms.ValidationError(str(error)) from error
        return data

    def _question(self, data: dict[str, Any]) -> Question:
        goal = LiveGoal(
            definition=ServiceLevel(data["metric_key"].removeprefix(FAMILY)),
            level=data["level"],
            threshold_seconds=data["threshold_seconds"],
            max_occupancy_rate=data["max_occupancy_rate"],
        )
        return Question(
            offered=data["offered"],
            interval_minutes=data["interval_minutes"],
            aht_seconds=data["aht_seconds"],
            patience_seconds=data["patience_seconds"],
            goal=goal,
            short_seconds=DEFAULT_SHORT_SECONDS,
            shrinkage_rate=data["shrinkage_rate"],
            concurrency=data["concurrency"],
            agents=data["agents"],
        )
