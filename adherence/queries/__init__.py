"""Reads of the adherence room, one function per question."""

from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.codes import CodeTable, code_table

__all__ = ["AgentDays", "CodeTable", "code_table", "load_agent_days"]
