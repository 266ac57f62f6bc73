"""Hybrid and joint plans on own random instances, checked by a reader that shares no code with the solver.

    python -m tests.benchmarks.scheduling_hybrid --seconds 20 [--quick]

First table: desks never exceeded, ratios met, and the shortage that rules of the office add, each instance solved
with and without them ("added"). Where an hour in the office gets less done, days that the ratio puts there lose work
whatever is planned. So "added" is split: "unavoidable" is the least shortage of any plan that meets the ratios, proven
by Lagrangian duality (scheduling/core/office_bound.py: desks and meetings left out), less the shortage of the plan
without rules of the office; "excess" is the rest, what a better plan could at most take away. Second: people and hours
for live cover and deferred work planned together, against live cover alone with staff for the deferred work added to
it, at the same service.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from scheduling.core.joint import joint_solve
from scheduling.core.joint_state import JointState
from scheduling.core.joint_steps import asked_for
from scheduling.core.office_bound import least_short_hours
from scheduling.core.office_plan import as_home
from tests.scheduling.core import hybrids
from tests.scheduling.core.hybrid_checker import (
    activity_faults,
    deferred_faults,
    legal_faults,
    office_faults,
)
from tests.scheduling.core.roster_checker import broken_rules

HOURS_PER_AGENT_WEEK = 37.5
HYBRIDS = (
    {"count": 60, "seed": 1},
    {"count": 200, "seed": 2, "seats_share": 0.5},
    {"count": 200, "seed": 3, "seats_share": 0.46},
    {"count": 500, "seed": 4, "seats_share": 0.5, "meetings": 10},
    {"count": 200, "seed": 5, "seats_share": 0.5, "office_rate": 0.95, "meetings": 10},
    {"count": 1000, "seed": 6, "weeks_ahead": 2, "seats_share": 0.5, "meetings": 5},
)
JOINTS = ({"count": 40, "seed": 11}, {"count": 100, "seed": 12}, {"count": 200, "seed": 13})


@dataclass
class Clock:
    """Seconds from now on."""

    seconds: float

    def __post_init__(self):
        self.started = time.monotonic()

    def share_used(self, work):
        del work
        return (time.monotonic() - self.started) / self.seconds


def solved(data, seconds):
    """A joint solve and its faults by the checkers."""
    started = time.monotonic()
    result = joint_solve(data, Clock(seconds))
    tours = result.schedule.tours
    faults = deferred_faults(data, tours, result)
    faults += broken_rules(data, tours) if data.weeks == 1 else legal_faults(data, tours)
    faults += activity_faults(data, tours, result.activities, result.office)
    if result.office is not None:
        faults += office_faults(data, tours, result.office, told=result.findings)
    return result, faults, time.monotonic() - started


def hybrid_row(case, seconds):
    """One instance with and without rules of the office."""
    data = hybrids.centre(**case)
    demand = sum(float(row.sum()) for row in data.required_agents.values()) / 4
    result, faults, spent = solved(data, seconds)
    home, _faults, _spent = solved(as_home(data), seconds)
    short = result.schedule.understaffed_hours
    extra = (short - home.schedule.understaffed_hours) / demand
    least = least_short_hours(data, result.schedule.prices)
    excess = (short - max(least, home.schedule.understaffed_hours)) / demand
    ratios = [c.missing_days for c in result.office.conflicts]
    held = f"{len(result.activities.placed)}/{len(data.activities)}"
    gap = result.schedule.gap
    return (
        f"| {len(data.agents)} × {data.weeks} | {case.get('seats_share', 0.62):.2f} | "
        f"{case.get('office_rate', 1.0):.2f} | {len(faults)} | {sum(ratios)} | {held} | "
        f"{extra:.3%} | {extra - excess:.3%} | {excess:.3%} | {'' if gap is None else f'{gap:.2%}'} | {spent:.1f} s |"
    ), faults


def only(data, agents, **fields):
    """The data with other people and nothing about offices."""
    return replace(data, agents=tuple(agents), seats={}, activities=(), **fields)


def separate(data, seconds):
    """Live cover alone; then the fewest people of their own for the deferred work, none of it late."""
    live_people = [replace(a, skills=a.skills[:1]) for a in data.agents]
    live, _faults, _spent = solved(only(data, live_people, deferred=()), seconds)
    slots = sum(work.agent_slots for work in data.deferred)
    count = int(np.ceil(slots / 4 / HOURS_PER_AGENT_WEEK))
    while True:
        staff = [replace(data.agents[0], key=f"m{n}", skills=("mail",)) for n in range(count)]
        alone = only(asked_for(only(data, staff, required_agents={}, under_cost={}), None), staff)
        result, _faults, _spent = solved(alone, max(3.0, seconds / 4))
        state = JointState(
            only(data, staff, required_agents={}, under_cost={}), result.schedule.tours
        )
        late = sum(state.deferred().late)
        if late <= 0.001 * slots:
            return live.schedule.understaffed_hours, count, late / 4
        count += max(1, count // 20)


def together(data, seconds, service):
    """The fewest more people, skilled as the others, with whom nothing is worse than apart."""
    short, most, late = service
    rng = np.random.default_rng(1)
    found, low, high = None, 0, most
    while low <= high:
        more = (low + high) // 2
        picks = rng.choice(len(data.agents), more)
        extra = [replace(data.agents[n], key=f"x{i}") for i, n in enumerate(picks)]
        result, faults, _spent = solved(only(data, [*data.agents, *extra]), seconds)
        good = (
            result.schedule.understaffed_hours <= short + 1e-6 and result.late_hours <= late + 1e-6
        )
        if good:
            found, high = (more, result, faults), more - 1
        else:
            low = more + 1
    return found


def joint_row(case, seconds):
    """People and hours apart and together at the same service."""
    data = as_home(hybrids.centre(**case, deferred=True))
    service = separate(data, seconds)
    short, mail, late = service
    found = together(data, seconds, service)
    count = len(data.agents)
    apart = (count + mail) * HOURS_PER_AGENT_WEEK
    if found is None:
        return f"| {count} | {short:.1f} h | {late:.2f} h | {count + mail} | more | | |", ["worse"]
    more, result, faults = found
    hours = (count + more) * HOURS_PER_AGENT_WEEK
    return (
        f"| {count} | {short:.1f} h, {result.schedule.understaffed_hours:.1f} h | "
        f"{late:.2f} h, {result.late_hours:.2f} h | {count + mail} ({apart:.0f} h) | "
        f"{count + more} ({hours:.0f} h) | {hours / apart - 1:+.1%} | {len(faults)} |"
    ), faults


def _tell(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(argv=None):
    """Print both tables; 1 where a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--quick", action="store_true", help="one small instance of each kind")
    args = parser.parse_args(argv)
    faults = []
    solved(hybrids.centre(12, seed=0, deferred=True, meetings=20), 2.0)  # compiles the loops
    _tell("| people × weeks | desks a person | rate | faults | ratio days missing | activities held "
          "| shortage added, of demand | of it unavoidable | excess | gap | time |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for case in HYBRIDS[:1] if args.quick else HYBRIDS:
        row, found = hybrid_row(case, args.seconds)
        faults += found
        _tell(row)
    _tell("\n| live people | short apart, together | late apart, together | people apart (hours) | "
          "people together (hours) | hours | faults |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for case in JOINTS[:1] if args.quick else JOINTS:
        row, found = joint_row(case, args.seconds)
        faults += found
        _tell(row)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
