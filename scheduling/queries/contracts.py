"""Employment contracts and shift templates as the core's rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from scheduling.core.data import BreakRule as CoreBreak
from scheduling.core.data import ContractRules, ShiftPattern
from scheduling.models import BreakRule, ShiftTemplate
from wfm.org.models import EmploymentContract


def contract_rules(
    contracts: Iterable[EmploymentContract],
    *,
    first_date: date,
    days: int,
    start_band_minutes: int,
) -> dict[str, ContractRules]:
    """Rules of each contract, by its number. A template of flexible length is one pattern a length."""
    rows = sorted(contracts, key=lambda row: row.pk)
    templates: dict[int, list[ShiftTemplate]] = {}
    for template in (
        ShiftTemplate.objects.filter(employment_contract__in=rows, is_active=True)
        .prefetch_related("breaks")
        .order_by("pk")
    ):
        templates.setdefault(template.employment_contract_id, []).append(template)
    return {
        str(row.pk): ContractRules(
            name=str(row.pk),
            patterns=tuple(
                pattern
                for template in templates.get(row.pk, [])
                for pattern in _patterns(template, first_date=first_date, days=days)
            ),
            days_per_week=(row.days_per_week_min, row.days_per_week_max),
            paid_minutes_per_week=(row.weekly_minutes_min, row.weekly_minutes_max),
            start_band_minutes=start_band_minutes,
            max_consecutive_days=row.max_consecutive_days,
            min_rest_minutes=row.min_rest_minutes,
        )
        for row in rows
    }


def _patterns(template: ShiftTemplate, *, first_date: date, days: int) -> list[ShiftPattern]:
    breaks = sorted(template.breaks.all(), key=lambda rule: rule.earliest_minute)
    allowed = frozenset(
        day
        for day in range(days)
        if str((first_date + timedelta(days=day)).weekday()) in template.weekdays
    )
    lengths = range(
        template.length_min_minutes,
        template.length_max_minutes + 1,
        template.length_step_minutes,
    )
    return [_pattern(template, minutes=minutes, breaks=breaks, days=allowed) for minutes in lengths]


def _pattern(
    template: ShiftTemplate, *, minutes: int, breaks: list[BreakRule], days: frozenset[int]
) -> ShiftPattern:
    taken = [rule for rule in breaks if rule.from_length_minutes <= minutes]
    unpaid = sum(rule.minutes for rule in taken if not rule.is_paid)
    return ShiftPattern(
        key=f"{template.name} {minutes // 60}:{minutes % 60:02d}",
        piece_minutes=(minutes,),
        paid_minutes=minutes - unpaid,
        breaks=tuple(
            CoreBreak(
                minutes=rule.minutes,
                earliest_minutes=rule.earliest_minute,
                latest_minutes=rule.latest_minute,
                code=str(rule.activity_code_id),
            )
            for rule in taken
        ),
        start_grid_minutes=template.start_step_minutes,
        earliest_start_minute=template.earliest_start_minute,
        latest_start_minute=template.latest_start_minute,
        days=days,
    )
