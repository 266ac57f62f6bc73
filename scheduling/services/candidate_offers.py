"""Overtime and voluntary time off that a re-optimisation found worth offering, published as offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.models import OfferKind, OpenShift, RankRule, ScheduleVersion
from scheduling.queries.after import KIND_OF_CURVE, is_current
from scheduling.services.errors import UnableToEdit
from scheduling.services.open_shifts import publish_offer
from wfm.jobs.models import Job, JobStatus
from wfm.org.models import User

KINDS = {"overtime": OfferKind.OVERTIME, "time_off": OfferKind.VOLUNTARY_TIME_OFF}


@transaction.atomic
def publish_candidates(
    job: Job,
    *,
    kind: str,
    numbers: Sequence[int],
    price_per_hour: Decimal | None,
    at: datetime,
    by: User | None,
) -> list[OpenShift]:
    """Offer what a finished curve lists, each to its person, with what it saves.

    Refused once the version has changed: the effects would no longer be those that are shown.
    """
    if job.kind != KIND_OF_CURVE or job.status != JobStatus.SUCCEEDED:
        raise UnableToEdit(_("There is no finished curve to pick from."))
    version = ScheduleVersion.objects.get(pk=job.result["version_id"])
    if not is_current(version, job.result):
        raise UnableToEdit(_("The version was changed since the curve was drawn. Draw it again."))
    found = job.result["offers"][kind]
    if any(number >= len(found) for number in numbers):
        raise UnableToEdit(_("Expected offers from 0 to %(last)d.") % {"last": len(found) - 1})
    return [
        publish_offer(_offer(found[number], kind, version, price_per_hour), at=at, by=by)
        for number in dict.fromkeys(numbers)
    ]


def _offer(
    row: dict[str, Any], kind: str, version: ScheduleVersion, price: Decimal | None
) -> OpenShift:
    starts, ends = row["times"]
    return OpenShift(
        version=version,
        kind=KINDS[kind],
        operational_date=date.fromisoformat(str(row["date"])),
        starts_at=datetime.fromtimestamp(starts, tz=UTC),
        ends_at=datetime.fromtimestamp(ends, tz=UTC),
        for_agent_id=row["agent"],
        people=1,
        rank_rule=RankRule.FIRST,
        price_per_hour=price,
        saved_cost=row["saved_cost"],
    )
