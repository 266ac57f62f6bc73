"""Cover of the head counts by shift that pyworkforce proposes for an instance, day by day.

    .venv-bench/bin/python -m tests.benchmarks.pyworkforce_cover INSTANCE.json --seconds 60

pyworkforce knows neither agents nor breaks nor weeks: its head counts break every contract, so that they are compared
by cover alone, each shift with its breaks in the middle of their windows and starting at a full hour. Prints one line
of JSON. The package lives apart from the product's, so that this runs in a process of its own.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from scheduling.core.instance_file import read_instance
from scheduling.core.shapes import shapes_of


def cover_cost(data, *, seconds):
    """Cost of shortage and idleness of pyworkforce's head counts for the first week of one skill.

    Raises:
        ValueError: if it finds no head counts.
    """
    from pyworkforce.scheduling import MinAbsDifference  # noqa: PLC0415 - only where it is installed

    (skill,) = data.required_agents
    per_day = 1440 // data.horizon.interval_minutes
    need = data.required_agents[skill][: 7 * per_day].reshape(7, per_day)
    shifts = shift_rows(data)
    people = len(data.agents)
    answer = MinAbsDifference(
        num_days=7,
        periods=per_day,
        shifts_coverage=shifts,
        required_resources=need.astype(int).tolist(),
        max_period_concurrency=people,
        max_shift_concurrency=people,
        max_search_time=seconds,
    ).solve()
    if answer["cost"] < 0:
        raise ValueError(f"pyworkforce ended with {answer['status']}.")
    cover = np.zeros_like(need)
    for item in answer["resources_shifts"]:
        cover[item["day"]] += np.multiply(shifts[item["shift"]], item["resources"])
    short, idle = np.maximum(need - cover, 0).sum(), np.maximum(cover - need, 0).sum()
    return float(short * data.under_cost[skill] + idle * data.over_cost)


def shift_rows(data):
    """Cover of every shift at every full hour of the hours in which somebody is asked for, breaks in the middle of their windows."""
    minutes = data.horizon.interval_minutes
    per_hour, per_day = 60 // minutes, 1440 // minutes
    asked = sum(data.required_agents.values()).reshape(-1, per_day).any(axis=0)
    first, last = int(asked.argmax()), per_day - int(asked[::-1].argmax())
    rows = {}
    for contract in data.contracts.values():
        for number, shape in enumerate(shapes_of(contract, interval_minutes=minutes)):
            breaks = tuple((rule.earliest + rule.latest) // 2 for rule in shape.breaks)
            for start in range(first, last - shape.length + 1, per_hour):
                row = [0] * per_day
                for slot in shape.working_slots(start=start, breaks=breaks):
                    row[slot] = 1
                rows[f"{contract.name} {number} {start}"] = row
    return rows


def main():
    """Print the cost, or what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    data = read_instance(json.loads(options.instance.read_text()))
    try:
        found = {"cost": cover_cost(data, seconds=options.seconds)}
    except ValueError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
