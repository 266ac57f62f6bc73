"""Yesterday of everybody, from rows to rows, and the same by a loop over model instances."""

from __future__ import annotations

from adherence.models import AdherenceDay
from adherence.services import recompute_days
from tests.benchmarks.adherence.centre import Centre, write_centre
from tests.benchmarks.adherence.frame import Options, Row, Watch
from tests.benchmarks.adherence.naive import recompute_naively
from tests.benchmarks.adherence.server import backend_pid
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

BAR_SECONDS = 1.0
BAR_RATIO = 100


def run(options: Options) -> list[Row]:
    """Compute one day of all agents; then some of them by the loop, which must agree."""
    agents = options.pick(smoke=60, full=5000)
    with system_tenant():
        centre = write_centre(agents=agents, days=3)
        _recompute(centre)  # as any night: the servers are warm, the day before is there
        day = centre.last_date
        AdherenceDay.objects.filter(operational_date=day).delete()
        watches = []
        for _night in range(options.pick(smoke=1, full=5)):
            AdherenceDay.objects.filter(operational_date=day).delete()
            with Watch(server_pid=backend_pid()) as ours:
                written = recompute_days(
                    agent_ids=centre.agent_ids, first_date=day, last_date=day, at=centre.after
                )
            watches.append(ours)
        assert written == agents
        best = sorted(watches, key=lambda watch: watch.wall)[len(watches) // 2]
        sample = Agent.objects.filter(pk__in=centre.agent_ids[: options.pick(smoke=30, full=400)])
        kept = _out_seconds(sample, day)
        with Watch() as naive:
            recompute_naively(agents=list(sample), first_date=day, days=1, until=centre.after)
        different = sum(
            kept[agent_id] != seconds for agent_id, seconds in _out_seconds(sample, day).items()
        )
    ratio = (naive.cpu / len(kept)) / (best.cpu / agents)
    return [
        Row(
            f"nightly run of {agents:,} agents, median of {len(watches)}",
            best.text(),
            wanted="≤ 1 s",
            is_met=None if options.is_smoke else best.wall <= BAR_SECONDS,
        ),
        Row(
            f"CPU against a loop over model instances ({len(kept)} agent-days)",
            f"{ratio:.0f}x less, {different} days differ",
            wanted="≥ 100x less, 0 differ",
            is_met=(options.is_smoke or ratio >= BAR_RATIO) and different == 0,
        ),
    ]


def _recompute(centre: Centre) -> None:
    recompute_days(
        agent_ids=centre.agent_ids,
        first_date=centre.first_date,
        last_date=centre.last_date,
        at=centre.after,
    )


def _out_seconds(agents, day) -> dict[int, int]:
    rows = AdherenceDay.objects.filter(agent__in=agents, operational_date=day)
    return dict(rows.values_list("agent_id", "out_seconds"))
