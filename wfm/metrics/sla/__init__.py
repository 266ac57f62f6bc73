"""Clauses of a client contract: what is promised, in a form that computes."""

from wfm.metrics.sla.clause import (
    Calendar,
    Clause,
    ClauseError,
    Exclusion,
    ExclusionKind,
    Period,
    Verdict,
    judge,
)
from wfm.metrics.sla.mapping import clause_from_mapping, clause_to_mapping
from wfm.metrics.sla.text import clause_to_text, parse_clause

__all__ = [
    "Calendar",
    "Clause",
    "ClauseError",
    "Exclusion",
    "ExclusionKind",
    "Period",
    "Verdict",
    "clause_from_mapping",
    "clause_to_mapping",
    "clause_to_text",
    "judge",
    "parse_clause",
]
