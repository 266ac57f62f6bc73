"""A month of everybody computed again: as it was, and with a changed tolerance."""

from __future__ import annotations

from django.test import override_settings

from adherence import computations
from adherence.models import AdherenceDay, DayCorrection
from tests.benchmarks.adherence.centre import Centre, write_centre
from tests.benchmarks.adherence.frame import Options, PeakMemory, Row, Watch
from tests.benchmarks.adherence.job import Job
from tests.benchmarks.adherence.server import server_cpu_seconds
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant

BAR_SECONDS = 15.0
BAR_MEGABYTES = 1200


@override_settings(EVENT_RETENTION_DAYS=10_000)  # the centre's clocks changed long ago
def run(options: Options) -> list[Row]:
    """Compute a month, once for the first time, once without and once with a change."""
    agents, days = options.pick(smoke=(20, 10), full=(5000, 30))
    with system_tenant():
        centre = write_centre(agents=agents, days=days)
    rows = [_row(options, centre, "computed for the first time")]
    rows.append(_row(options, centre, "computed again, nothing changed"))
    with system_tenant():
        assert AdherenceDay.objects.count() == centre.days
        assert not DayCorrection.objects.exists()
        ActivityCode.objects.filter(key__in=["work", "claims"]).update(tolerance_seconds=60)
    rows.append(_row(options, centre, "computed again, a tolerance changed"))
    with system_tenant():
        corrected = DayCorrection.objects.count()
        assert corrected
    rows.append(Row("of these days corrected, with both figures", f"{corrected:,}"))
    return rows


def _row(options: Options, centre: Centre, what: str) -> Row:
    job = Job(centre.first_date, centre.last_date, kind="CODES", why="tolerance of the bench")
    with Watch(server_cpu_seconds) as watch, PeakMemory() as memory:
        written = computations.recompute_days(job)["days"]  # type: ignore[arg-type]
    assert written == centre.days
    is_met = watch.wall <= BAR_SECONDS and memory.megabytes <= BAR_MEGABYTES
    return Row(
        f"{written:,} agent-days with {centre.events:,} events, {what}",
        f"{watch.text()}, at most {memory.megabytes:,.0f} MB",
        wanted="≤ 15 s, ≤ 1.2 GB",
        is_met=None if options.is_smoke else is_met,
    )
