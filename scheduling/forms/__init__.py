"""Forms of the schedule room."""

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
    "AvailabilityForm",
    "BreakFormSet",
    "ConsentForm",
    "ContractForm",
    "PreferenceForm",
    "QueueValueForm",
    "RotationAssignmentForm",
    "RotationForm",
    "SolveForm",
    "TemplateForm",
    "TimeOffForm",
]
