"""Reads of the adherence room, one function per question."""

from adherence.queries.agent_day import AgentDayView, agent_day, agent_zone, coming_shifts
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.codes import CodeTable, code_table
from adherence.queries.live_rows import (
    LiveFilter,
    LiveRow,
    live_agents,
    live_counts,
    live_row,
    live_texts,
)
from adherence.queries.pooled import (
    PeriodFigures,
    PooledBy,
    period_figures,
    pooled_days,
    pooled_total,
    sums_of,
)
from adherence.queries.shrinkage import (
    PeopleEffect,
    measured_shrinkage,
    people_effect,
    profile_on,
    sees_everyone,
    shares_of,
    week_means,
)
from adherence.queries.trends import (
    Completeness,
    TrendBy,
    TrendQuestion,
    Trends,
    TrendStep,
    completeness,
    trends,
)

__all__ = [
    "AgentDayView",
    "AgentDays",
    "CodeTable",
    "Completeness",
    "LiveFilter",
    "LiveRow",
    "PeopleEffect",
    "PeriodFigures",
    "PooledBy",
    "TrendBy",
    "TrendQuestion",
    "TrendStep",
    "Trends",
    "agent_day",
    "agent_zone",
    "code_table",
    "coming_shifts",
    "completeness",
    "live_agents",
    "live_counts",
    "live_row",
    "live_texts",
    "load_agent_days",
    "measured_shrinkage",
    "people_effect",
    "period_figures",
    "pooled_days",
    "pooled_total",
    "profile_on",
    "sees_everyone",
    "shares_of",
    "sums_of",
    "trends",
    "week_means",
]
