"""Tables of the schedule."""

from scheduling.models.person import Availability, TimeOff, TimeOffStatus
from scheduling.models.rule import BreakRule, ShiftTemplate
from scheduling.models.version import (
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftPlace,
    UnplacedAgent,
)

__all__ = [
    "Availability",
    "BreakRule",
    "ScheduleStatus",
    "ScheduleVersion",
    "Shift",
    "ShiftActivity",
    "ShiftPlace",
    "ShiftTemplate",
    "TimeOff",
    "TimeOffStatus",
    "UnplacedAgent",
]
