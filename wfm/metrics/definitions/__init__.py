"""Every definition of the glossary, one file per family."""

from wfm.metrics.definitions.adherence import ADHERENCE
from wfm.metrics.definitions.backlog import BACKLOG
from wfm.metrics.definitions.comfort import COMFORT
from wfm.metrics.definitions.contacts import CONTACTS
from wfm.metrics.definitions.forecast import FORECAST
from wfm.metrics.definitions.people import PEOPLE
from wfm.metrics.definitions.service_level import SERVICE_LEVEL
from wfm.metrics.definitions.staffing import STAFFING
from wfm.metrics.model import Metric

DEFINITIONS: tuple[Metric, ...] = (
    *SERVICE_LEVEL,
    *CONTACTS,
    *BACKLOG,
    *STAFFING,
    *FORECAST,
    *PEOPLE,
    *ADHERENCE,
    *COMFORT,
)

__all__ = ["DEFINITIONS"]
