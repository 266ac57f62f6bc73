"""Wishes: for which days, whether shifts keep them, what keeping them is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from scheduling.core.data import Wish
from scheduling.core.wishes import Asked, Given, is_kept, wish_worth
from scheduling.models import (
    Preference,
    PreferenceKind,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftTemplate,
)
from scheduling.queries.contracts import pattern_keys
from scheduling.queries.weekends import QUARTER_WEEKS, extra_weekends, saturday_of
from wfm.org.models import AgentAssignment

GAP_KEY = "split-gap"
"""Key of the activity code that stands between the pieces of a split shift."""


@dataclass(frozen=True, kw_only=True)
class AskedDay:
    """One day of a wish."""

    preference: Preference
    date: date

    @property
    def asked(self) -> Asked:
        """The wish as the core judges it."""
        row = self.preference
        if row.kind == PreferenceKind.DAY_OFF:
            return Asked(works=False)
        return Asked(
            works=True,
            earliest_start_minute=row.earliest_start_minute,
            latest_start_minute=row.latest_start_minute,
            template=row.template_id,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether the shifts of a day keep a wish for it."""

    preference: Preference
    date: date
    is_kept: bool


def asked_days(rows: Iterable[Preference], *, first: date, last: date) -> Iterator[AskedDay]:
    """The dates of [first, last) that wishes are for."""
    for row in rows:
        if row.date is not None:
            if first <= row.date < last:
                yield AskedDay(preference=row, date=row.date)
            continue
        begins, ends = max(first, row.starts_on or first), min(last, row.ends_on or last)
        for number in range((ends - begins).days):
            day = begins + timedelta(days=number)
            if day.weekday() == row.weekday:
                yield AskedDay(preference=row, date=day)


def preferences_between(first: date, last: date) -> QuerySet[Preference]:
    """Wishes that may name a date of [first, last)."""
    return (
        Preference.objects.filter(
            Q(date__gte=first, date__lt=last)
            | Q(date=None)
            & (Q(starts_on=None) | Q(starts_on__lt=last))
            & (Q(ends_on=None) | Q(ends_on__gt=first))
        )
        .select_related("agent", "template")
        .order_by("agent_id", "rank", "pk")
    )


def wishes_of_agents(
    assignments: Sequence[AgentAssignment],
    *,
    first: date,
    last: date,
    first_worth: float,
    weekends: Mapping[int, set[date]],
) -> dict[int, tuple[Wish, ...]]:
    """The wishes of [first, last) with their worth; none where keeping them is worth nothing."""
    people = {row.agent_id: row for row in assignments}
    rows = list(preferences_between(first, last).filter(agent__in=people))
    if not rows or first_worth <= 0:
        return {}
    shares = kept_shares(
        [people[agent_id] for agent_id in {row.agent_id for row in rows}], before=first
    )
    extra = extra_weekends(assignments, weekends)
    found: dict[int, list[Wish]] = defaultdict(list)
    for item in asked_days(rows, first=first, last=last):
        agent_id, asked = item.preference.agent_id, item.asked
        worth = wish_worth(
            rank=item.preference.rank,
            first_worth=first_worth,
            kept_share=_rounded(shares.get(agent_id)),
            extra_weekends=round(extra.get(agent_id, 0.0)),
            is_free_weekend=not asked.works and saturday_of(item.date) is not None,
        )
        template = item.preference.template
        for key in pattern_keys(template) if template is not None else [""]:
            found[agent_id].append(
                Wish(
                    day=(item.date - first).days,
                    worth=round(worth, 2),
                    works=asked.works,
                    earliest_start_minute=asked.earliest_start_minute,
                    latest_start_minute=asked.latest_start_minute,
                    pattern=key,
                )
            )
    return {agent_id: tuple(wishes) for agent_id, wishes in found.items()}


def _rounded(share: float | None) -> float | None:
    """To quarters: people whose wishes are worth the same are one class to the solver."""
    return None if share is None else round(share * 4) / 4


# -- what became of wishes -----------------------------------------------------------------------


def kept_shares(assignments: Sequence[AgentAssignment], *, before: date) -> dict[int, float]:
    """Per agent with wishes the share kept in the quarter before a date, as published."""
    first = before - timedelta(weeks=QUARTER_WEEKS)
    ids = [row.agent_id for row in assignments]
    published = Shift.objects.filter(
        is_published=True, operational_date__gte=first, operational_date__lt=before
    )
    planned = set(published.values_list("operational_date", flat=True).distinct())
    rows = preferences_between(first, before).filter(agent__in=ids)
    found = outcomes(
        [item for item in asked_days(rows, first=first, last=before) if item.date in planned],
        published.filter(agent__in=ids),
        assignments,
    )
    asked: dict[int, int] = defaultdict(int)
    kept: dict[int, int] = defaultdict(int)
    for item in found:
        asked[item.preference.agent_id] += 1
        kept[item.preference.agent_id] += item.is_kept
    return {agent_id: kept[agent_id] / number for agent_id, number in asked.items()}


def version_outcomes(version: ScheduleVersion) -> list[Outcome]:
    """Every wish for the version's days, kept or not, as its shifts stand now."""
    rows = list(preferences_between(version.starts_on, version.ends_on))
    if not rows:
        return []
    assignments = AgentAssignment.objects.effective_on(version.starts_on).filter(
        agent__in={row.agent_id for row in rows}, agent__is_active=True
    )
    people = list(assignments.select_related("team__site"))
    known = {row.agent_id for row in people}
    own = [row for row in rows if row.agent_id in known]
    return outcomes(
        list(asked_days(own, first=version.starts_on, last=version.ends_on)),
        Shift.objects.filter(version=version, agent__in=known),
        people,
    )


def outcomes(
    items: Sequence[AskedDay], shifts: QuerySet[Shift], assignments: Sequence[AgentAssignment]
) -> list[Outcome]:
    """Judge wishes by shifts."""
    if not items:
        return []
    given = _given_by_day(shifts, assignments)
    return [
        Outcome(
            preference=item.preference,
            date=item.date,
            is_kept=is_kept(item.asked, given.get((item.preference.agent_id, item.date), ())),
        )
        for item in items
    ]


def _given_by_day(
    shifts: QuerySet[Shift], assignments: Sequence[AgentAssignment]
) -> dict[tuple[int, date], list[Given]]:
    people = {row.agent_id: row for row in assignments}
    zones = {agent_id: ZoneInfo(row.team.site.timezone) for agent_id, row in people.items()}
    templates: dict[int, list[ShiftTemplate]] = defaultdict(list)
    contracts = {row.employment_contract_id for row in assignments}
    for template in ShiftTemplate.objects.filter(employment_contract__in=contracts):
        templates[template.employment_contract_id].append(template)
    split = split_shift_ids(shifts.values("pk"))
    found: dict[tuple[int, date], list[Given]] = defaultdict(list)
    for pk, agent_id, day, starts_at, ends_at in shifts.values_list(
        "pk", "agent_id", "operational_date", "starts_at", "ends_at"
    ):
        local = starts_at.astimezone(zones[agent_id])
        minute = local.hour * 60 + local.minute
        minutes = round((ends_at - starts_at).total_seconds() / 60)
        own = templates[people[agent_id].employment_contract_id]
        found[agent_id, day].append(
            Given(
                start_minute=minute,
                templates=templates_of(own, minutes=minutes, start=minute, is_split=pk in split),
            )
        )
    return found


def split_shift_ids(shifts: Iterable[int] | QuerySet[Any, Any]) -> set[int]:
    """Shifts with a gap between their pieces."""
    gaps = ShiftActivity.objects.filter(shift__in=shifts, activity_code__key=GAP_KEY)
    return set(gaps.values_list("shift_id", flat=True))


def templates_of(
    templates: Collection[ShiftTemplate], *, minutes: int, start: int, is_split: bool
) -> frozenset[int]:
    """Templates that a shift of this length and start may be one of."""
    return frozenset(
        row.pk
        for row in templates
        if row.is_split == is_split
        and row.earliest_start_minute <= start <= row.latest_start_minute
        and minutes in row.spans_minutes
    )
