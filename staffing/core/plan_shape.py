"""How a plan for deferred work is shaped."""

from enum import StrEnum


class PlanShape(StrEnum):
    """How people are spread over the open hours."""

    FLAT = "flat"
    SHAPED = "shaped"
