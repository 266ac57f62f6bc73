"""Reads of the adherence room, one function per question."""

from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.codes import CodeTable, code_table
from adherence.queries.live_rows import LiveFilter, LiveRow, live_rows

__all__ = [
    "AgentDays",
    "CodeTable",
    "LiveFilter",
    "LiveRow",
    "code_table",
    "live_rows",
    "load_agent_days",
]
