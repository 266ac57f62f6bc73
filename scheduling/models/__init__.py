"""Tables of the schedule."""

from scheduling.models.activity import ActivityPlacement, ActivityRequest
from scheduling.models.office import (
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
    TeamPlace,
)
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
    "ActivityPlacement",
    "ActivityRequest",
    "Availability",
    "BreakRule",
    "HybridRatio",
    "MeetingRoom",
    "OfficeHours",
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
    "SiteOffice",
    "SplitShiftConsent",
    "TeamOfficeRule",
    "TeamPlace",
    "TimeOff",
    "TimeOffStatus",
    "UnplacedAgent",
]
