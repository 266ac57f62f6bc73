"""Contingency days: how many days needed a playbook, by month and by client or site."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from adherence.models import Playbook, PlaybookRun
from wfm import metrics
from wfm.org.models import Client, Site

METRIC_KEY = "contingency_day_share"


@dataclass(frozen=True)
class ContingencyMonth:
    """One month: days with a playbook of all its days that are over or under way."""

    month: date
    days_with_playbook: int
    days: int

    @property
    def share(self) -> float | None:
        """Their share; None where no day counts."""
        counts = {"days_with_playbook": self.days_with_playbook, "days": self.days}
        return metrics.evaluate(METRIC_KEY, counts).value if self.days else None


@dataclass(frozen=True)
class ContingencyLine:
    """A client, a site, or everything, month by month."""

    client: Client | None
    site: Site | None
    months: tuple[ContingencyMonth, ...]

    @property
    def total(self) -> ContingencyMonth:
        """All months together, pooled."""
        return ContingencyMonth(
            self.months[0].month,
            sum(month.days_with_playbook for month in self.months),
            sum(month.days for month in self.months),
        )


def contingency_days(*, principal: object, months: int, today: date) -> list[ContingencyLine]:
    """Return everything first, then each client and each site that had a playbook.

    Counted from the day the first playbook was written: before it nothing could be triggered. A run
    without a client (a site) counts for everything alone.
    """
    starts = [_month(today, ahead - months + 1) for ahead in range(months)]
    runs = (
        PlaybookRun.objects.visible_to(principal)
        .filter(local_date__gte=starts[0], local_date__lte=today)
        .values_list("local_date", "client_id", "site_id")
    )
    since = Playbook.objects.visible_to(principal).order_by("created_at").first()
    begins_on = today + timedelta(days=1) if since is None else since.created_at.date()
    found: dict[tuple[str, int], set[date]] = defaultdict(set)
    for day, client_id, site_id in runs:
        begins_on = min(begins_on, day)
        found["", 0].add(day)
        if client_id is not None:
            found["client", client_id].add(day)
        if site_id is not None:
            found["site", site_id].add(day)
    clients = Client.objects.visible_to(principal).in_bulk(
        [pk for name, pk in found if name == "client"]
    )
    sites = Site.objects.visible_to(principal).in_bulk([pk for name, pk in found if name == "site"])
    span = begins_on, today
    lines = [ContingencyLine(None, None, _by_month(found["", 0], starts, span))]
    lines += [
        ContingencyLine(client, None, _by_month(found["client", pk], starts, span))
        for pk, client in sorted(clients.items(), key=lambda item: item[1].name)
    ]
    lines += [
        ContingencyLine(None, site, _by_month(found["site", pk], starts, span))
        for pk, site in sorted(sites.items(), key=lambda item: item[1].name)
    ]
    return lines


def _by_month(
    days: set[date], starts: Sequence[date], span: tuple[date, date]
) -> tuple[ContingencyMonth, ...]:
    found = []
    for start in starts:
        end = _month(start, 1)
        first, last = max(start, span[0]), min(end - timedelta(days=1), span[1])
        found.append(
            ContingencyMonth(
                start,
                sum(start <= day < end for day in days),
                max((last - first).days + 1, 0),
            )
        )
    return tuple(found)


def _month(first: date, ahead: int) -> date:
    index = first.year * 12 + first.month - 1 + ahead
    return date(index // 12, index % 12 + 1, 1)
