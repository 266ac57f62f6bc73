"""Bar "races": no double booking in 10,000 concurrent swap approvals and claims; the loser reads why."""

from __future__ import annotations

from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence_races.contest import run_race
from tests.benchmarks.adherence_races.world import KINDS, RACERS

ATTEMPTS = 10_000


def run(options: frame.Options) -> list[frame.Row]:
    """Race and report."""
    found = run_race(attempts=options.pick(smoke=48, full=ATTEMPTS))
    won, lost = sum(found.won.values()), sum(found.lost.values())
    by_kind = ", ".join(f"{kind} {found.won[kind]}" for kind in KINDS)
    each = 1000 * found.seconds / max(1, won + lost)
    return [
        frame.Row(
            f"races: double bookings in {won + lost:,} concurrent attempts, {RACERS} processes",
            f"{found.double_bookings}",
            wanted="0",
            is_met=found.double_bookings == 0,
        ),
        frame.Row(
            "races: losers that get 409 with the reason",
            f"{lost:,} of {len(found.steps) * RACERS - won:,}",
            wanted="all",
            is_met=lost == len(found.steps) * RACERS - won,
        ),
        frame.Row(
            "races: won, by kind",
            f"{won:,} ({by_kind}); {found.seconds:.0f} s, {each:.1f} ms an attempt",
        ),
    ]
