"""Tables of the schedule."""

from scheduling.models.person import Availability, TimeOff, TimeOffStatus
from scheduling.models.rotation import Rotation, RotationAssignment
from scheduling.models.rule import BreakRule, ShiftTemplate
from scheduling.models.value import QueueValue
from scheduling.models.version import (
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftPlace,
    UnplacedAgent,
)
from scheduling.models.wish import Preference, PreferenceKind, SplitShiftConsent

__all__ = [
    "Availability",
    "BreakRule",
    "Preference",
    "PreferenceKind",
    "QueueValue",
    "Rotation",
    "RotationAssignment",
    "ScheduleStatus",
    "ScheduleVersion",
    "Shift",
    "ShiftActivity",
    "ShiftPlace",
    "ShiftTemplate",
    "SplitShiftConsent",
    "TimeOff",
    "TimeOffStatus",
    "UnplacedAgent",
]
