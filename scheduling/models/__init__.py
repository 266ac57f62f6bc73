"""Tables of the schedule."""

from scheduling.models.activity import ActivityPlacement, ActivityRequest
from scheduling.models.calendar_feed import CalendarEntry, CalendarFeed
from scheduling.models.office import (
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
    TeamPlace,
)
from scheduling.models.open_shift import (
    BidStatus,
    OfferKind,
    OfferStatus,
    OpenShift,
    RankRule,
    ShiftBid,
)
from scheduling.models.person import Availability, TimeOff, TimeOffStatus
from scheduling.models.personal import (
    PersonalRequest,
    PersonalRequestKind,
    PersonalRequestStatus,
)
from scheduling.models.rotation import Rotation, RotationAssignment
from scheduling.models.rule import BreakRule, ShiftTemplate
from scheduling.models.shift_change import ShiftChange, ShiftChangeDay, ShiftChangeKind
from scheduling.models.swap import OPEN_SWAPS, ShiftSwap, SwapStatus
from scheduling.models.time_off_rules import (
    BalanceUnit,
    RequestPolicy,
    Review,
    TimeOffCharge,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
    WaitlistRule,
)
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
    "OPEN_SWAPS",
    "ActivityPlacement",
    "ActivityRequest",
    "Availability",
    "BalanceUnit",
    "BidStatus",
    "BreakRule",
    "CalendarEntry",
    "CalendarFeed",
    "HybridRatio",
    "MeetingRoom",
    "OfferKind",
    "OfferStatus",
    "OfficeHours",
    "OpenShift",
    "PersonalRequest",
    "PersonalRequestKind",
    "PersonalRequestStatus",
    "Preference",
    "PreferenceKind",
    "QueueValue",
    "RankRule",
    "RequestPolicy",
    "Review",
    "Rotation",
    "RotationAssignment",
    "ScheduleStatus",
    "ScheduleVersion",
    "Shift",
    "ShiftActivity",
    "ShiftBid",
    "ShiftChange",
    "ShiftChangeDay",
    "ShiftChangeKind",
    "ShiftPlace",
    "ShiftSwap",
    "ShiftTemplate",
    "SiteOffice",
    "SplitShiftConsent",
    "SwapStatus",
    "TeamOfficeRule",
    "TeamPlace",
    "TimeOff",
    "TimeOffCharge",
    "TimeOffEntitlement",
    "TimeOffKind",
    "TimeOffLimit",
    "TimeOffStatus",
    "UnplacedAgent",
    "WaitlistRule",
]
