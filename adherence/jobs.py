"""Start the long computations of the adherence room."""

from datetime import date

from django.utils.translation import gettext as _

from adherence import tasks
from wfm.jobs.models import Job
from wfm.jobs.services import start_job
from wfm.org.models import User


def start_recompute(*, first_date: date, last_date: date, created_by: User | None) -> Job:
    """Compute all operational days from first to last again."""
    return start_job(
        kind=tasks.recompute_days.name,
        title=_("Adherence from %(first)s to %(last)s")
        % {"first": first_date.isoformat(), "last": last_date.isoformat()},
        params={"from": first_date.isoformat(), "to": last_date.isoformat()},
        created_by=created_by,
    )
