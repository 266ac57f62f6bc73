"""Explanations, prices of rules and planning again: the figures behind the bars, on given and own instances.

`nice .venv/bin/python -m tests.benchmarks.scheduling_after [INSTANCE ...]`; SECONDS sets the solve before, RESOLVE=1
checks the two dearest prices by solving the relaxed weeks again. Figures are printed, none is asserted.
"""

import json
import os
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from scheduling.core.absence import with_absences
from scheduling.core.data import Wish
from scheduling.core.explain_day import explain_day, price_wish
from scheduling.core.explain_interval import explain_interval
from scheduling.core.improve import construct
from scheduling.core.instance_file import read_instance
from scheduling.core.reach import least_shortage, uncoverable
from scheduling.core.reoptimise import reoptimise
from scheduling.core.roster import Roster
from scheduling.core.rule_book import BY_KEY, relaxed
from scheduling.core.rule_prices import rule_prices
from scheduling.core.solver import solve

GIVEN = (
    Path(__file__).resolve().parents[2].parent
    / "shared" / "data" / "scheduling" / "contact_centre"
)  # fmt: skip
SECONDS = float(os.environ.get("SECONDS_BEFORE", "60"))
ABSENT_SHARE = 0.04


class Clock:
    """A budget of seconds."""

    def __init__(self, seconds):
        self.started, self.seconds = time.monotonic(), seconds

    def share_used(self, work):
        del work
        return (time.monotonic() - self.started) / self.seconds


def own_instance(agents=1000, seed=11):
    """Three linked skills, two contracts, days off and windows: made here, given nowhere."""
    rng = np.random.default_rng(seed)
    shape = np.clip(np.sin((np.arange(96) - 26) / 60 * np.pi), 0, None) ** 0.7
    week = np.concatenate([shape * factor for factor in (1.1, 1, 1, 1, 1.05, 0.7, 0.6)])
    week *= 1 + 0.08 * rng.standard_normal(7 * 96)
    people = []
    for number in range(agents):
        skills = [["A"], ["B"], ["C"], ["A", "B"], ["B", "C"]][
            rng.choice(5, p=[0.4, 0.2, 0.1, 0.2, 0.1])
        ]
        off = rng.choice(7, rng.integers(0, 2), replace=False).tolist() if number % 9 == 0 else []
        window = [[360, 1380], [420, 1200], [540, 1380]][rng.choice(3, p=[0.7, 0.15, 0.15])]
        people.append(
            {"id": f"p{number}", "contract": "full" if number % 4 else "part", "skills": skills,
             "window": window, "days_off": off}
        )  # fmt: skip
    breaks = [
        {"minutes": 15, "earliest": 75, "latest": 135},
        {"minutes": 30, "earliest": 195, "latest": 285},
    ]
    document = {
        "interval_minutes": 15, "days": 7, "first_weekday": 0, "costs": {"under": 10, "over": 1},
        "rules": {"open": [360, 1380], "max_consecutive_days": 6, "min_rest_minutes": 660,
                  "max_weekends_in_4_weeks": 4},
        "contracts": {
            "full": {"shifts": [{"minutes": m, "paid_minutes": m - 30, "breaks": breaks} for m in (480, 510, 540)],
                     "days_per_week": [5, 5], "paid_minutes_per_week": [2250, 2550], "start_band_minutes": 120},
            "part": {"shifts": [{"minutes": 300, "paid_minutes": 300, "breaks": breaks[:1]}],
                     "days_per_week": [3, 5], "paid_minutes_per_week": [900, 1500], "start_band_minutes": 180},
        },
        "requirement": {
            skill: np.round(week * share * agents * 0.42).clip(0).astype(int).tolist()
            for skill, share in (("A", 0.55), ("B", 0.3), ("C", 0.15))
        },
        "agents": people,
    }  # fmt: skip
    return read_instance(document)


def with_own_rules(data, seed=7):
    """Everybody with a past, a wish and hours of their own, so that nobody is like anybody else."""
    rng = np.random.default_rng(seed)
    agents = []
    for agent in data.agents:
        wish = Wish(
            day=int(rng.integers(0, 7)), worth=round(float(rng.uniform(1, 9)), 2), works=False
        )
        later = rng.integers(0, 5, len(agent.spans)).tolist()
        spans = tuple(
            tuple((low + more, high) for low, high in day)
            for day, more in zip(agent.spans, later, strict=True)
        )
        agents.append(
            replace(agent, spans=spans, wishes=(wish,), previous_run_days=int(rng.integers(0, 3)),
                    previous_weekends=tuple(bool(n) for n in rng.integers(0, 2, 3)))
        )  # fmt: skip
    return replace(data, agents=tuple(agents))


def explanations_with_own_rules(data):
    """The same answers where no two people share a class; a first schedule will do."""
    roster = Roster(with_own_rules(data))
    construct(roster, rng=np.random.default_rng(1), stop=lambda: False)
    say(f"  {len(roster.classes)} people of their own kind each:")
    explanations(roster)


def say(text):
    print(text, flush=True)  # noqa: T201 - a benchmark prints its figures


def explanations(roster, count=40):
    """Longest and mean CPU time of an answer (a loaded machine does not count), over days with their wishes and over the shortest intervals."""
    rng = np.random.default_rng(3)
    days = []
    for agent in rng.choice(len(roster.tours), min(count, len(roster.tours)), replace=False):
        started = time.process_time()
        day = int(rng.integers(0, 7))
        explain_day(roster, agent=int(agent), day=day)
        price_wish(roster, agent=int(agent), wish=Wish(day=day, worth=1, works=False))
        days.append(time.process_time() - started)
    shortage = roster.coverage.shortage()
    slots = []
    causes = Counter()
    for slot in np.argsort(-shortage)[:count]:
        for skill in roster.coverage.skills:
            started = time.process_time()
            reason = explain_interval(roster, skill=skill, slot=int(slot))
            slots.append(time.process_time() - started)
            causes[str(reason.cause)] += 1
    say(
        f"  an agent's day and a wish, CPU: mean {np.mean(days) * 1e3:.0f} ms, longest {max(days) * 1e3:.0f} ms"
    )
    say(
        f"  an interval, CPU: mean {np.mean(slots) * 1e3:.0f} ms, longest {max(slots) * 1e3:.0f} ms; {dict(causes)}"
    )


def proofs(roster, prices):
    started = time.perf_counter()
    found, least = uncoverable(roster), least_shortage(roster, prices)
    say(
        f"  {len(found.proven)} of {len(found.short_slots)} short intervals coverable by no legal schedule; "
        f"of {least.short_hours:.0f} short hours at least {least.least_hours:.0f} under every one "
        f"({time.perf_counter() - started:.1f} s)"
    )


def prices_of_rules(data, result):
    started, cpu = time.perf_counter(), time.process_time()
    found = rule_prices(data, result.tours, result.prices)
    say(
        f"  {len(found)} prices of rules in {time.perf_counter() - started:.1f} s "
        f"({time.process_time() - cpu:.1f} s of CPU)"
    )
    for price in found:
        if price.saved_cost > 0:
            say(
                f"    {price.rule} {price.subject}: saves {price.saved_cost:,.0f} "
                f"(proven {price.least_saved:,.0f} to {price.most_saved:,.0f}), "
                f"{price.agent_hours:,.1f} agent-hours a week"
            )
    if os.environ.get("RESOLVE"):
        for price in [p for p in found if p.rule in BY_KEY][:2]:
            again = solve(relaxed(data, BY_KEY[price.rule]), Clock(SECONDS))
            say(
                f"    {price.rule} solved again: saves {result.objective - again.objective:,.0f} "
                f"(estimate {price.saved_cost:,.0f})"
            )


def planning_again(data, tours, *, days, label):
    """4 % absent: the curve, against best responses without regard to change and against a new solve."""
    rng = np.random.default_rng(5)
    count = round(ABSENT_SHARE * len(data.agents))
    away = {int(n): frozenset(days) for n in rng.choice(len(data.agents), count, replace=False)}
    started, cpu = time.perf_counter(), time.process_time()
    changed, roster, kept = with_absences(data, tours, away)
    curve = reoptimise(roster, before=kept)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    say(
        f"  {label}: {count} people away; {len(curve.points)} points in {seconds:.1f} s ({cpu:.1f} s of CPU)"
    )
    few = 0.2 * len(curve.unrestricted.changes)
    best = max((p for p in curve.points if len(p.changes) <= few), key=lambda p: -p.short_hours)
    say(
        f"    short {curve.points[0].short_hours:.0f} h, unrestricted {curve.unrestricted.short_hours:.0f} h "
        f"with {len(curve.unrestricted.changes)} changes; with {len(best.changes)} of them "
        f"{curve.recovered_share(best):.0%} of the {curve.recoverable_hours:.0f} h recoverable"
    )
    for point in curve.points[:: max(1, len(curve.points) // 7)]:
        say(
            f"    {len(point.changes):5d} changes: {point.short_hours:8.1f} h, {curve.recovered_share(point):.0%}"
        )
    if os.environ.get("RESOLVE"):
        again = solve(changed, Clock(SECONDS))
        fresh = again.understaffed_hours
        gone = curve.points[0].short_hours - fresh
        say(f"    a new solve of {SECONDS:.0f} s: short {fresh:.0f} h; the same point recovers "
            f"{(curve.points[0].short_hours - best.short_hours) / gone:.0%} of {gone:.0f} h")  # fmt: skip


def run(name, data):
    say(f"{name}: {len(data.agents)} people")
    result = solve(data, Clock(SECONDS))
    say(
        f"  solved for {SECONDS:.0f} s: cost {result.objective:,.0f}, bound {result.lower_bound:,.0f}"
    )
    roster = Roster(data)
    roster.load(result.tours)
    explanations(roster)
    explanations_with_own_rules(data)
    proofs(roster, result.prices)
    prices_of_rules(data, result)
    planning_again(data, result.tours, days=[2], label="absent on day 3")
    planning_again(data, result.tours, days=range(2, 7), label="absent from day 3 on")


def main(names):
    for name in names or ["hard1000x1"]:
        path = GIVEN / f"{name}.json"
        if path.exists():
            run(name, read_instance(json.loads(path.read_text())))
        else:
            say(f"SKIPPED: the given instance {path.name} is not beside this checkout.")
    run("own instance", own_instance())


if __name__ == "__main__":
    main(sys.argv[1:])
