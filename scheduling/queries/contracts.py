"""Employment contracts and shift templates as the core's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from scheduling.core.data import BreakRule as CoreBreak
from scheduling.core.data import ContractRules, ShiftPattern
from scheduling.models import BreakRule, ShiftTemplate
from wfm.org.models import EmploymentContract

Minutes = tuple[int, int]


def contract_rules(
    contracts: Iterable[EmploymentContract],
    *,
    first_date: date,
    days: int,
    start_band_minutes: int,
    cheapest_hour: float = 0.0,
) -> dict[str, ContractRules]:
    """Rules of each contract, by its number. A template of flexible length is one pattern a length.

    An idle hour costs the cheapest pay of all (`over_cost`), so that where the hours of a week are
    the planner's choice a minute costs what its contract pays beyond that.
    """
    rows = sorted(contracts, key=lambda row: row.pk)
    templates: dict[int, list[ShiftTemplate]] = defaultdict(list)
    for template in (
        ShiftTemplate.objects.filter(employment_contract__in=rows, is_active=True)
        .prefetch_related("breaks")
        .order_by("pk")
    ):
        templates[template.employment_contract_id].append(template)
    return {
        str(row.pk): _rules(
            row,
            patterns=tuple(
                pattern
                for template in templates[row.pk]
                for pattern in _patterns(template, first_date=first_date, days=days)
            ),
            start_band_minutes=start_band_minutes,
            cheapest_hour=cheapest_hour,
        )
        for row in rows
    }


def _rules(
    row: EmploymentContract,
    *,
    patterns: tuple[ShiftPattern, ...],
    start_band_minutes: int,
    cheapest_hour: float,
) -> ContractRules:
    pay = float(row.hourly_cost)
    is_choice = row.weekly_minutes_min < row.weekly_minutes_max
    band = start_band_minutes if row.start_band_minutes is None else row.start_band_minutes
    return ContractRules(
        name=str(row.pk),
        patterns=patterns,
        days_per_week=(row.days_per_week_min, row.days_per_week_max),
        paid_minutes_per_week=(row.weekly_minutes_min, row.weekly_minutes_max),
        start_band_minutes=band,
        max_consecutive_days=row.max_consecutive_days,
        min_rest_minutes=row.min_rest_minutes,
        consecutive_days_off=row.consecutive_days_off,
        max_weekends_in_4_weeks=row.max_weekends_in_4_weeks,
        max_split_shifts_per_week=row.max_split_shifts_per_week,
        paid_cost_per_minute=max(0.0, pay - cheapest_hour) / 60 if is_choice else 0.0,
        overtime_after_minutes=row.overtime_after_minutes,
        overtime_cost_per_minute=pay * row.overtime_premium_rate / 60,
    )


def with_period(rules: ContractRules, minutes: Minutes) -> ContractRules:
    """The same contract with the hours that are left of its period of account."""
    return replace(
        rules, name=f"{rules.name}:{minutes[0]}-{minutes[1]}", paid_minutes_per_period=minutes
    )


def period_minutes(
    contract: EmploymentContract,
    *,
    first: date,
    last: date,
    paid_by_date: Mapping[date, int],
) -> Minutes | None:
    """Least and most paid minutes of the dates [first, last) by the contract's periods of account.

    What is published of a period outside these dates counts; weeks of it that are still to come keep
    their own limits. Where the dates reach into several periods, what is left of each is summed up.
    """
    if contract.period_weeks is None or contract.period_starts_on is None:
        return None
    length = timedelta(weeks=contract.period_weeks)
    begins = contract.period_starts_on + (first - contract.period_starts_on) // length * length
    least = most = 0
    while begins < last:
        ends = begins + length
        inside = max(0, (min(ends, last) - max(begins, first)).days) // 7
        done = sum(
            minutes
            for day, minutes in paid_by_date.items()
            if begins <= day < ends and not first <= day < last
        )
        planned = any(last <= day < ends for day in paid_by_date)
        to_come = 0 if planned else max(0, (ends - max(last, begins)).days) // 7
        low = contract.period_minutes_min - done - to_come * contract.weekly_minutes_max
        high = (contract.period_minutes_max or 0) - done - to_come * contract.weekly_minutes_min
        least += max(0, low)
        most += max(0, min(high, inside * contract.weekly_minutes_max))
        begins = ends
    return least, most


def periods_between(contract: EmploymentContract, *, first: date, last: date) -> int:
    """Into how many periods of account the dates [first, last) reach."""
    if contract.period_weeks is None or contract.period_starts_on is None:
        return 0
    length = timedelta(weeks=contract.period_weeks)
    begins = (first - contract.period_starts_on) // length
    ends = (last - timedelta(days=1) - contract.period_starts_on) // length
    return ends - begins + 1


def pattern_keys(template: ShiftTemplate) -> list[str]:
    """Keys of the core's patterns that a template stands for, one for each length."""
    if template.is_split:
        return [_key(template, sum(template.piece_minutes))]
    return [_key(template, minutes) for minutes in template.spans_minutes]


def _key(template: ShiftTemplate, minutes: int) -> str:
    return f"{template.name} {minutes // 60}:{minutes % 60:02d}"


def _patterns(template: ShiftTemplate, *, first_date: date, days: int) -> list[ShiftPattern]:
    breaks = sorted(template.breaks.all(), key=lambda rule: (rule.piece, rule.earliest_minute))
    allowed = frozenset(
        day
        for day in range(days)
        if str((first_date + timedelta(days=day)).weekday()) in template.weekdays
    )
    if template.is_split:
        pieces = tuple(template.piece_minutes)
        return [_pattern(template, pieces=pieces, breaks=breaks, days=allowed)]
    return [
        _pattern(template, pieces=(minutes,), breaks=breaks, days=allowed)
        for minutes in template.spans_minutes
    ]


def _pattern(
    template: ShiftTemplate,
    *,
    pieces: tuple[int, ...],
    breaks: list[BreakRule],
    days: frozenset[int],
) -> ShiftPattern:
    minutes = sum(pieces)
    taken = [
        rule for rule in breaks if rule.from_length_minutes <= minutes and rule.piece < len(pieces)
    ]
    unpaid = sum(rule.minutes for rule in taken if not rule.is_paid)
    return ShiftPattern(
        key=_key(template, minutes),
        piece_minutes=pieces,
        gap_minutes=tuple(template.gap_minutes) or (0,),
        allowance=float(template.allowance),
        paid_minutes=minutes - unpaid,
        breaks=tuple(
            CoreBreak(
                minutes=rule.minutes,
                earliest_minutes=rule.earliest_minute,
                latest_minutes=rule.latest_minute,
                piece=rule.piece,
                code=str(rule.activity_code_id),
            )
            for rule in taken
        ),
        start_grid_minutes=template.start_step_minutes,
        earliest_start_minute=template.earliest_start_minute,
        latest_start_minute=template.latest_start_minute,
        days=days,
    )
