"""The race itself: four processes, one moment, one winner; then what the tables say."""

from __future__ import annotations

import multiprocessing
import queue
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.benchmarks.adherence_races import checks
from tests.benchmarks.adherence_races.racer import WAIT_SECONDS, race
from tests.benchmarks.adherence_races.world import RACERS, Step, World
from wfm.org.tenancy import system_tenant


@dataclass
class Outcome:
    """What came of a race."""

    steps: list[Step]
    seconds: float = 0.0
    won: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Steps with none or several winners, answers that are neither 200 nor 409 with a reason."""
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def double_bookings(self) -> int:
        """Rows that the tables must not hold, and steps that more than one has won."""
        return sum(self.faults.values()) + len(self.wrong)


def run_race(*, attempts: int) -> Outcome:
    """Let four processes make the attempts of each step at the same moment, then look at the tables."""
    with system_tenant():
        world = World(-(-attempts // RACERS))
    before = checks.counts()
    found = Outcome(world.steps)
    begun = time.perf_counter()
    answers = _raced(world.steps)
    found.seconds = time.perf_counter() - begun
    for place, step in enumerate(world.steps):
        _judge(found, place, step, [answers[number][place] for number in range(RACERS)])
    after = checks.counts()
    found.faults = checks.faults() | _against_answers(found, before, after)
    return found


def _raced(steps: list[Step]) -> list[list[tuple[int, int, str]]]:
    """What each process was answered, in the order of the steps."""
    # Forked processes would share the parent's connections.
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(RACERS), context.Queue()
    racers = []
    for number in range(RACERS):
        own = [(step.attempts[number].user_id, step.attempts[number].path) for step in steps]
        racers.append(context.Process(target=race, args=(number, own, barrier, answers)))
    for racer in racers:
        racer.start()
    found: dict[int, list[tuple[int, int, str]]] = {}
    while len(found) < RACERS:
        try:
            number, told = answers.get(timeout=1)
        except queue.Empty:
            if any(racer.exitcode for racer in racers):
                raise RuntimeError("A racing process has died; its output says why.") from None
        else:
            found[number] = told
    for racer in racers:
        racer.join(WAIT_SECONDS)
    return [found[number] for number in range(RACERS)]


def _judge(found: Outcome, place: int, step: Step, answers: list[tuple[int, int, str]]) -> None:
    statuses = Counter(status for _place, status, _sentence in answers)
    found.won[step.kind] += statuses[200]
    found.lost[step.kind] += sum(
        status == 409 and bool(sentence) for _place, status, sentence in answers
    )
    if statuses[200] != 1 or any(
        status != 200 and not (status == 409 and sentence) for _place, status, sentence in answers
    ):
        found.wrong.append(f"step {place} ({step.kind}): {answers}")


def _against_answers(
    found: Outcome, before: dict[str, int], after: dict[str, int]
) -> dict[str, int]:
    """Successes that were answered and are not in the tables, or the other way round."""
    won = sum(found.won.values())
    made = after["done"] + after["won"] - before["done"] - before["won"]
    grown = after["shifts"] - before["shifts"] - (after["won"] - before["won"])
    return {
        "successes answered and not written": abs(won - made),
        "successes without a change": abs(won - (after["changes"] - before["changes"])),
        "shifts lost or doubled": abs(grown),
    }
