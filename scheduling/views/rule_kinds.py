"""What the pages of rules show of each kind of row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling import forms
from scheduling.models import (
    Preference,
    PreferenceKind,
    QueueValue,
    Rotation,
    RotationAssignment,
    ShiftTemplate,
    SplitShiftConsent,
)
from scheduling.queries.wishes import kept_shares
from scheduling.services.rules import keep as keep_row
from scheduling.services.rules import remove as remove_row
from wfm.org.models import AgentAssignment, EmploymentContract
from wfm.org.weekdays import WEEKDAYS

DASH = "–"
MOST_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class RuleKind:
    """A kind of rule: its rows as cells, and the form that keeps one."""

    title: Any
    lead: Any
    form: type[forms.RotationForm | Any]
    headers: Sequence[Any]
    rows: Callable[[object], Sequence[tuple[Any, Sequence[Any]]]]
    """Row and cells, for a person."""
    may_add: bool = True
    group: str = "rules"
    """Kinds of a group stand together in the row of links."""
    keep: Callable[[Any], object] = keep_row
    remove: Callable[[Any], object] = remove_row


def hours(minutes: int | None) -> str:
    """`37.5` for 2,250."""
    return DASH if minutes is None else f"{minutes / 60:g}"


def _between(least: int, most: int) -> str:
    """`30 – 37.5`, or `8` where both are the same."""
    return hours(least) if least == most else f"{hours(least)} – {hours(most)}"


def clock(minute: int) -> str:
    """`07:30` for 450."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _or_dash(value: object) -> object:
    return DASH if value is None or value == "" else value


def _dates(row: Any) -> str:
    first, last = row.starts_on, row.ends_on
    from_ = date_format(first, "SHORT_DATE_FORMAT") if first else DASH
    return from_ if last is None else f"{from_} – {date_format(last, 'SHORT_DATE_FORMAT')}"


def _contracts(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = EmploymentContract.objects.visible_to(principal).order_by("name")
    return [
        (
            row,
            [
                row.name,
                _between(row.weekly_minutes_min, row.weekly_minutes_max),
                f"{row.days_per_week_min} – {row.days_per_week_max}",
                row.consecutive_days_off,
                row.max_consecutive_days,
                _or_dash(row.max_weekends_in_4_weeks),
                _or_dash(row.max_split_shifts_per_week),
                hours(row.start_band_minutes),
                hours(row.overtime_after_minutes),
                _period(row),
            ],
        )
        for row in rows[:MOST_ROWS]
    ]


def _period(row: EmploymentContract) -> str:
    if row.period_weeks is None:
        return DASH
    return _("%(least)s – %(most)s h in %(weeks)d weeks") % {
        "least": hours(row.period_minutes_min),
        "most": hours(row.period_minutes_max),
        "weeks": row.period_weeks,
    }


def _templates(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = (
        ShiftTemplate.objects.visible_to(principal)
        .select_related("employment_contract")
        .order_by("employment_contract__name", "name")
    )
    return [
        (
            row,
            [
                row.name,
                row.employment_contract,
                f"{clock(row.earliest_start_minute)} – {clock(row.latest_start_minute)}",
                " + ".join(hours(m) for m in row.piece_minutes)
                or _between(row.length_min_minutes, row.length_max_minutes),
                ", ".join(hours(m) for m in row.gap_minutes) or DASH,
                row.allowance or DASH,
                _("yes") if row.is_active else _("no"),
            ],
        )
        for row in rows[:MOST_ROWS]
    ]


def _rotations(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = Rotation.objects.visible_to(principal).order_by("name")
    return [
        (row, [row.name, row.pattern, len(row.pattern), _("yes") if row.is_active else _("no")])
        for row in rows[:MOST_ROWS]
    ]


def _assignments(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = (
        RotationAssignment.objects.visible_to(principal)
        .select_related("rotation", "agent", "team")
        .order_by("rotation__name", "starts_on", "pk")
    )
    return [(row, [row.agent or row.team, row.rotation, _dates(row)]) for row in rows[:MOST_ROWS]]


def _wishes(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = list(
        Preference.objects.visible_to(principal)
        .select_related("agent", "template")
        .order_by("agent__sort_key", "rank", "pk")[:MOST_ROWS]
    )
    today = localdate()
    people = AgentAssignment.objects.effective_on(today).filter(
        agent__in={row.agent_id for row in rows}
    )
    shares = kept_shares(list(people.select_related("team__site")), before=today)
    return [
        (
            row,
            [
                row.agent,
                row.rank,
                wish_words(row),
                _when(row),
                f"{shares[row.agent_id]:.0%}" if row.agent_id in shares else DASH,
            ],
        )
        for row in rows
    ]


def wish_words(row: Preference) -> str:
    """What is wished for."""
    between = f"{clock(row.earliest_start_minute)} – {clock(row.latest_start_minute)}"
    if row.kind == PreferenceKind.DAY_OFF:
        return _("day off")
    if row.kind == PreferenceKind.START:
        return _("start %(between)s") % {"between": between}
    return _("%(template)s, start %(between)s") % {
        "template": row.template.name if row.template else DASH,
        "between": between,
    }


def _when(row: Preference) -> str:
    if row.date is not None:
        return date_format(row.date, "SHORT_DATE_FORMAT")
    day = str(dict(WEEKDAYS)[row.weekday or 0])
    dated = "" if row.starts_on is None and row.ends_on is None else f", {_dates(row)}"
    return _("every %(weekday)s") % {"weekday": day} + dated


def _consents(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = (
        SplitShiftConsent.objects.visible_to(principal)
        .select_related("agent")
        .order_by("agent__sort_key", "starts_on")
    )
    return [(row, [row.agent, _dates(row)]) for row in rows[:MOST_ROWS]]


def _values(principal: object) -> list[tuple[Any, list[Any]]]:
    rows = QueueValue.objects.visible_to(principal).select_related("queue").order_by("queue__name")
    return [
        (row, [row.queue, _or_dash(row.hour_value), _or_dash(row.least_people)])
        for row in rows[:MOST_ROWS]
    ]


KINDS: dict[str, RuleKind] = {
    "contracts": RuleKind(
        title=gettext_lazy("Contracts"),
        lead=gettext_lazy("What binds everyone with an employment contract."),
        form=forms.ContractForm,
        headers=[
            gettext_lazy("Contract"),
            gettext_lazy("Hours a week"),
            gettext_lazy("Days a week"),
            gettext_lazy("Days off together"),
            gettext_lazy("Days in a row"),
            gettext_lazy("Weekends in 4"),
            gettext_lazy("Splits a week"),
            gettext_lazy("Starts vary by, h"),
            gettext_lazy("Overtime after, h"),
            gettext_lazy("Period of account"),
        ],
        rows=_contracts,
        may_add=False,
    ),
    "templates": RuleKind(
        title=gettext_lazy("Shift templates"),
        lead=gettext_lazy(
            "Shifts that contracts allow; a split one has pieces around unpaid gaps."
        ),
        form=forms.TemplateForm,
        headers=[
            gettext_lazy("Template"),
            gettext_lazy("Contract"),
            gettext_lazy("Starts"),
            gettext_lazy("Hours"),
            gettext_lazy("Gaps, h"),
            gettext_lazy("Allowance"),
            gettext_lazy("Active"),
        ],
        rows=_templates,
    ),
    "rotations": RuleKind(
        title=gettext_lazy("Rotations"),
        lead=gettext_lazy("Days that repeat: W works, O is off, - is the solver's choice."),
        form=forms.RotationForm,
        headers=[
            gettext_lazy("Rotation"),
            gettext_lazy("Pattern of days"),
            gettext_lazy("Days"),
            gettext_lazy("Active"),
        ],
        rows=_rotations,
    ),
    "rotation-assignments": RuleKind(
        title=gettext_lazy("Who rotates"),
        lead=gettext_lazy("An agent's own rotation goes before that of the team."),
        form=forms.RotationAssignmentForm,
        headers=[
            gettext_lazy("Agent or team"),
            gettext_lazy("Rotation"),
            gettext_lazy("First day of the pattern – until"),
        ],
        rows=_assignments,
    ),
    "wishes": RuleKind(
        title=gettext_lazy("Wishes"),
        lead=gettext_lazy(
            "Each wish is worth money by its rank; more for people whose wishes were seldom kept."
        ),
        form=forms.PreferenceForm,
        headers=[
            gettext_lazy("Agent"),
            gettext_lazy("Rank"),
            gettext_lazy("Wish"),
            gettext_lazy("For"),
            gettext_lazy("Kept in the last quarter"),
        ],
        rows=_wishes,
    ),
    "split-consents": RuleKind(
        title=gettext_lazy("Consents to split shifts"),
        lead=gettext_lazy(
            "Without a consent over all days of a solve nobody is given a split shift."
        ),
        form=forms.ConsentForm,
        headers=[gettext_lazy("Agent"), gettext_lazy("From – until")],
        rows=_consents,
    ),
    "queue-values": RuleKind(
        title=gettext_lazy("Values of queues"),
        lead=gettext_lazy(
            "What a missing hour costs, and the people below whom cover must not fall."
        ),
        form=forms.QueueValueForm,
        headers=[
            gettext_lazy("Queue"),
            gettext_lazy("A missing hour costs"),
            gettext_lazy("Hard minimum"),
        ],
        rows=_values,
    ),
}
