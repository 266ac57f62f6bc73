"""Start the long computations of the adherence room."""

from datetime import date

from django.utils.timezone import now
from django.utils.translation import gettext as _

from adherence.models import ChangeKind
from adherence.queries.retention import oldest_computable
from wfm.jobs.models import Job
from wfm.jobs.services import start_job
from wfm.org.models import User


class UnableToRecompute(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The period cannot be computed again; the sentence says from which day on it can."""


def start_recompute(
    *,
    first_date: date,
    last_date: date,
    created_by: User | None,
    kind: str = ChangeKind.MANUAL,
    why: str = "",
) -> Job:
    """Compute all operational days from first to last again; corrections name kind, who and why.

    Raises UnableToRecompute for days whose events are no longer kept: they would lose their figures.
    """
    oldest = oldest_computable(now())
    if first_date < oldest:
        raise UnableToRecompute(
            _("Events before are no longer kept: days can be computed again from %(day)s on.")
            % {"day": oldest.isoformat()}
        )
    return start_job(
        kind="adherence.recompute_days",
        title=_("Adherence from %(first)s to %(last)s")
        % {"first": first_date.isoformat(), "last": last_date.isoformat()},
        params={
            "from": first_date.isoformat(),
            "to": last_date.isoformat(),
            "kind": str(kind),
            "by": created_by.pk if created_by else None,
            "why": why,
        },
        created_by=created_by,
    )
