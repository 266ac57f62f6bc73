"""Forms of the schedule room."""

from scheduling.forms.office import (
    ActivityRequestForm,
    HybridRatioForm,
    MeetingRoomForm,
    OfficeHoursForm,
    SiteOfficeForm,
    TeamOfficeRuleForm,
)
from scheduling.forms.rules import (
    BreakFormSet,
    ConsentForm,
    ContractForm,
    PreferenceForm,
    QueueValueForm,
    RotationAssignmentForm,
    RotationForm,
    TemplateForm,
)
from scheduling.forms.schedule import AvailabilityForm, SolveForm, TimeOffForm

__all__ = [
    "ActivityRequestForm",
    "AvailabilityForm",
    "BreakFormSet",
    "ConsentForm",
    "ContractForm",
    "HybridRatioForm",
    "MeetingRoomForm",
    "OfficeHoursForm",
    "PreferenceForm",
    "QueueValueForm",
    "RotationAssignmentForm",
    "RotationForm",
    "SiteOfficeForm",
    "SolveForm",
    "TeamOfficeRuleForm",
    "TemplateForm",
    "TimeOffForm",
]
