"""Forms of the staffing room. Shares are typed in percent and kept as fractions."""

from staffing.forms.calculator import CalculatorForm
from staffing.forms.callbacks import CallbackForm
from staffing.forms.due import DueForm
from staffing.forms.fields import plain
from staffing.forms.goals import GoalForm, SettingsForm
from staffing.forms.links import EndLinkForm, LinkForm
from staffing.forms.pools import PoolForm
from staffing.forms.runs import SimulationForm, StartForm
from staffing.forms.shrinkage import WEEKDAY_CHOICES, RateForm, RateFormSet, ShrinkageForm

__all__ = [
    "WEEKDAY_CHOICES",
    "CalculatorForm",
    "CallbackForm",
    "DueForm",
    "EndLinkForm",
    "GoalForm",
    "LinkForm",
    "PoolForm",
    "RateForm",
    "RateFormSet",
    "SettingsForm",
    "ShrinkageForm",
    "SimulationForm",
    "StartForm",
    "plain",
]
