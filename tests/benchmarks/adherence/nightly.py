"""Yesterday of everybody, from rows to rows, and the same by a loop over model instances."""

from __future__ import annotations

from datetime import date

from django.test import override_settings

from adherence import computations
from adherence.models import AdherenceDay
from tests.benchmarks.adherence.centre import Centre, write_centre
from tests.benchmarks.adherence.frame import Options, Row, Watch
from tests.benchmarks.adherence.job import Job
from tests.benchmarks.adherence.naive import recompute_naively
from tests.benchmarks.adherence.server import server_cpu_seconds
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

BAR_SECONDS = 1.0
BAR_RATIO = 100


@override_settings(EVENT_RETENTION_DAYS=10_000)  # the centre's clocks changed long ago
def run(options: Options) -> list[Row]:
    """Compute one day of all agents; then some of them by the loop, which must agree."""
    agents = options.pick(smoke=60, full=5000)
    with system_tenant():
        centre = write_centre(agents=agents, days=3)
    day = centre.last_date
    # As any night: the servers are warm, the days before are there.
    _compute(centre.first_date, day)
    watches = []
    for _night in range(options.pick(smoke=1, full=5)):
        with system_tenant():
            AdherenceDay.objects.filter(operational_date=day).delete()
        with Watch(server_cpu_seconds) as watch:
            assert _compute(day, day) == agents
        watches.append(watch)
    ours = sorted(watches, key=lambda watch: watch.wall)[len(watches) // 2]
    days, ratio, different = _against_the_loop(
        centre, ours, agents=options.pick(smoke=30, full=400)
    )
    return [
        Row(
            f"nightly run of {agents:,} agents, median of {len(watches)}",
            ours.text(),
            wanted="≤ 1 s",
            is_met=None if options.is_smoke else ours.wall <= BAR_SECONDS,
        ),
        Row(
            f"CPU against a loop over model instances ({days} agent-days)",
            f"{ratio:.0f}x less, {different} days differ",
            wanted="≥ 100x less, 0 differ",
            is_met=(options.is_smoke or ratio >= BAR_RATIO) and different == 0,
        ),
    ]


def _compute(first: date, last: date) -> int:
    return int(computations.recompute_days(Job(first, last))["days"])  # type: ignore[arg-type]


def _against_the_loop(centre: Centre, ours: Watch, *, agents: int) -> tuple[int, float, int]:
    """Days of the loop, by what it takes more CPU per day, and how many days come out otherwise."""
    day = centre.last_date
    with system_tenant():
        sample = Agent.objects.filter(pk__in=centre.agent_ids[:agents])
        kept = _out_seconds(sample, day)
        with Watch() as naive:
            recompute_naively(agents=list(sample), first_date=day, days=1, until=centre.after)
        found = _out_seconds(sample, day)
    different = sum(kept[agent_id] != seconds for agent_id, seconds in found.items())
    ratio = (naive.cpu / len(found)) / (ours.cpu / len(centre.agent_ids))
    return len(found), ratio, different


def _out_seconds(agents, day) -> dict[int, int]:
    rows = AdherenceDay.objects.filter(agent__in=agents, operational_date=day)
    return dict(rows.values_list("agent_id", "out_seconds"))
