"""Intake over HTTP with dashboards open, and the CPU of an event beside a naive endpoint's."""

import argparse
import time

from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence_live.load import LEAD_SECONDS, Dashboards, Sender
from tests.benchmarks.adherence_live.naive import running_naive
from tests.benchmarks.adherence_live.stack import (
    Stack,
    cpu_between,
    load_line,
    percentile,
    running_stack,
    say,
    tree_cpu,
)

SMOKE = "--agents 60 --rate 200 --seconds 3 --batch 20 --dashboards 2 --naive-seconds 3"


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Measure and say; return the figures."""
    options = parsed(arguments)
    viewers = options.dashboards
    with running_stack(agents=options.agents, viewers=viewers, busy_days=options.days) as stack:
        return figures_of(stack, options)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=5000)
    parser.add_argument("--days", type=int, default=1, help="days of events that are there before")
    parser.add_argument("--rate", type=float, default=3000, help="events a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--dashboards", type=int, default=20)
    parser.add_argument("--naive-seconds", type=float, default=15, help="0 leaves it out")
    return parser.parse_args(arguments)


def figures_of(stack: Stack, options: argparse.Namespace) -> dict[str, float]:
    """Ours, then the naive endpoint beside it."""
    figures = _measure(stack, options)
    if options.naive_seconds:
        naive = _measure_naive(stack, options)
        figures["naive_us_per_event"] = naive
        figures["ratio"] = naive / figures["us_per_event"]
        say(f"naive endpoint: {naive:,.0f} µs of CPU per event, {figures['ratio']:.1f} times ours")
    return figures


def run(options: frame.Options) -> list[frame.Row]:
    """The bars of intake."""
    return rows(main(options.pick(smoke=SMOKE, full="").split()), options)


def rows(figures: dict[str, float], options: frame.Options) -> list[frame.Row]:
    """The figures beside their bars; in small only what must be exact counts."""
    wanted = options.pick(smoke=100, full=3000)
    rate, late, errors = (figures[name] for name in ("events_per_second", "p95_ms", "errors"))
    return [
        frame.Row(
            "events/s over HTTP at batch 100, 20 dashboards open",
            f"{rate:,.0f} a second, p50 {figures['p50_ms']:.0f}, p95 {late:.0f}, "
            f"p99 {figures['p99_ms']:.0f} ms, {errors:.0f} errors",
            wanted="≥ 3,000, p95 ≤ 200 ms, 0 errors",
            is_met=rate >= 0.995 * wanted and errors == 0 and (options.is_smoke or late <= 200),
        ),
        frame.Row(
            "CPU of an event, all processes, beside the naive endpoint's",
            f"{figures['us_per_event']:,.0f} µs against {figures['naive_us_per_event']:,.0f}: "
            f"1/{figures['ratio']:.0f}",
            wanted="≤ 1/30",
            is_met=options.is_smoke or figures["ratio"] >= 30,
        ),
    ]


def _measure(stack: Stack, options: argparse.Namespace) -> dict[str, float]:
    dashboards = Dashboards(port=stack.live_port, cookies=stack.seed["leads"][: options.dashboards])
    sender = Sender(
        port=stack.web_port, key=stack.seed["key"], agents=stack.seed["agents"], batch=options.batch
    )
    sender.run(rate=options.rate / 3, seconds=2, connections=options.connections)  # warm
    before, begun, own = stack.cpu_seconds(), time.monotonic(), time.process_time()
    sent = sender.run(rate=options.rate, seconds=options.seconds, connections=options.connections)
    lasted = time.monotonic() - begun - LEAD_SECONDS
    time.sleep(1)
    cpu = cpu_between(before, stack.cpu_seconds())
    own = time.process_time() - own
    dashboards.close()
    figures = {
        "events_per_second": sent.accepted / lasted,
        "p50_ms": 1000 * percentile(sent.seconds, 0.5),
        "p95_ms": 1000 * percentile(sent.seconds, 0.95),
        "p99_ms": 1000 * percentile(sent.seconds, 0.99),
        "errors": len(sent.errors),
        "us_per_event": 1e6 * cpu["all"] / max(sent.accepted, 1),
    }
    by_process = {
        name: round(1e6 * seconds / max(sent.accepted, 1)) for name, seconds in cpu.items()
    }
    say(
        f"intake: {sent.accepted:,} events of {options.agents:,} agents in {lasted:.1f} s, "
        f"{figures['events_per_second']:,.0f} a second at batch {options.batch} "
        f"({options.dashboards} dashboards, {dashboards.messages} messages)\n"
        f"  p50 {figures['p50_ms']:.0f} ms, p95 {figures['p95_ms']:.0f} ms, "
        f"p99 {figures['p99_ms']:.0f} ms, {len(sent.errors)} errors {sent.errors[:2]}\n"
        f"  µs of CPU per event: {by_process}; load generator {own:.1f} s; {load_line()}"
    )
    return figures


def _measure_naive(stack: Stack, options: argparse.Namespace) -> float:
    """CPU of an event through the naive endpoint, PostgreSQL's included; the keeper rests."""
    with running_naive(stack) as naive:
        sender = Sender(
            port=naive.port, key=stack.seed["key"], agents=stack.seed["agents"], batch=10,
            path="/naive/events/",
        )  # fmt: skip
        sender.run(rate=20, seconds=2, connections=1)
        names = ("postgres", "redis")
        before = [tree_cpu(stack.processes[name].pid) for name in names]
        own = tree_cpu(naive.pid)
        sent = sender.run(rate=100, seconds=options.naive_seconds, connections=2)
        used = tree_cpu(naive.pid) - own
        used += sum(tree_cpu(stack.processes[name].pid) for name in names) - sum(before)
    if sent.errors:
        raise SystemExit(f"The naive endpoint failed: {sent.errors[0]}")
    return 1e6 * used / sent.accepted


if __name__ == "__main__":
    main()
