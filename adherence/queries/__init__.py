"""Reads of the adherence room, one function per question."""

from adherence.queries.agent_day import AgentDayView, agent_day, agent_zone, coming_shifts
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.codes import CodeTable, code_table
from adherence.queries.live_rows import LiveFilter, LiveRow, live_rows, live_texts
from adherence.queries.pooled import (
    PeriodFigures,
    PooledBy,
    period_figures,
    pooled_days,
    pooled_total,
    sums_of,
)

__all__ = [
    "AgentDayView",
    "AgentDays",
    "CodeTable",
    "LiveFilter",
    "LiveRow",
    "PeriodFigures",
    "PooledBy",
    "agent_day",
    "agent_zone",
    "code_table",
    "coming_shifts",
    "live_rows",
    "live_texts",
    "load_agent_days",
    "period_figures",
    "pooled_days",
    "pooled_total",
    "sums_of",
]
