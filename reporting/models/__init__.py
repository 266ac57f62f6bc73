"""Tables of the results."""

from reporting.models.sla import SlaResult

__all__ = ["SlaResult"]
