"""Stored days summed up: rates of a period are made of the sums of its seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from adherence.core.data import Ints
from adherence.core.projections import FIGURES, project_rows
from adherence.models import AdherenceDay
from wfm.org.models import AgentAssignment

_SUMS: dict[str, Any] = {f"sum_{name}": Sum(name) for name in FIGURES} | {"days": Count("pk")}


class PooledBy(StrEnum):
    """What days are summed over."""

    AGENT = "agent"
    TEAM = "team"
    DAY = "day"
    ALL = "all"


def pooled_days(days: QuerySet[AdherenceDay], *, by: PooledBy) -> QuerySet[Any]:
    """Return a row per agent, team or date (`group`) with the sums of every figure and `days`.

    The team is the one of the day itself.
    """
    group: Any = {
        PooledBy.AGENT: F("agent_id"),
        PooledBy.DAY: F("operational_date"),
        PooledBy.TEAM: Subquery(
            AgentAssignment.objects.filter(
                agent=OuterRef("agent"), starts_on__lte=OuterRef("operational_date")
            )
            .order_by("-starts_on")
            .values("team")[:1]
        ),
    }[by]
    return days.order_by().annotate(group=group).values("group").annotate(**_SUMS)


def pooled_total(days: QuerySet[AdherenceDay]) -> dict[str, Any]:
    """Return the sums of every figure over all these days, and `days`."""
    return days.aggregate(**_SUMS)


def sums_of(row: Mapping[str, Any]) -> dict[str, int]:
    """The figures of a row of `pooled_days`, by name."""
    return {name: int(row[f"sum_{name}"] or 0) for name in FIGURES}


@dataclass(frozen=True)
class PeriodFigures:
    """The days of a period as columns, ordered by agent."""

    agent_id: Ints
    day: Ints
    """Days since the first one."""
    figures: dict[str, Ints]

    @property
    def total(self) -> dict[str, int]:
        """Sums of all."""
        return {name: int(values.sum()) for name, values in self.figures.items()}

    @property
    def agents(self) -> Ints:
        """Who has days, ascending."""
        return np.unique(self.agent_id)

    def by_agent(self) -> dict[str, Ints]:
        """Sums per agent, in the order of `agents`."""
        ids, first = np.unique(self.agent_id, return_index=True)
        if not len(ids):
            return self.figures
        return {name: np.add.reduceat(values, first) for name, values in self.figures.items()}

    def daily_rates(self, key: str, *, days: int) -> dict[int, list[float | None]]:
        """One formula's value of each agent and day; None where it is undefined."""
        rates = project_rows(key, self.figures)
        found: dict[int, list[float | None]] = {}
        for agent, day, rate in zip(
            self.agent_id.tolist(), self.day.tolist(), rates.tolist(), strict=True
        ):
            own = found.setdefault(agent, [None] * days)
            own[day] = None if np.isnan(rate) else rate
        return found


def period_figures(days: QuerySet[AdherenceDay], *, first: date) -> PeriodFigures:
    """Read these days' figures."""
    rows = list(
        days.order_by("agent_id", "operational_date").values_list(
            "agent_id", "operational_date", *FIGURES
        )
    )
    dates = np.array([row[1] for row in rows], dtype="datetime64[D]")
    table = np.array([row[:1] + row[2:] for row in rows], dtype=np.int64)
    table = table.reshape(len(rows), 1 + len(FIGURES))
    return PeriodFigures(
        agent_id=table[:, 0],
        day=(dates - np.datetime64(first)).astype(np.int64),
        figures={name: table[:, 1 + place] for place, name in enumerate(FIGURES)},
    )
