"""What an hour of one person does to deferred work: slack before due times, and minutes past them.

Work is done in the order of its due times, as far as it has arrived, in fractions of items.
"""

from dataclasses import dataclass

import numpy as np

from staffing.core.kernels import FloatArray


@dataclass(frozen=True)
class DueWork:
    """Deferred work over a grid of steps from now on.

    Attributes:
        step_seconds: Length of a step.
        people: People at work on it in each step, parts of a person allowed.
        items: Items that are there or come.
        arrives: The step in which each lot of items is there to be worked on.
        due_seconds: When each lot is due, from now; below 0 it is overdue already.
        aht_seconds: Handling time of an item.

    """

    step_seconds: float
    people: FloatArray
    items: FloatArray
    arrives: FloatArray
    due_seconds: FloatArray
    aht_seconds: float

    def __post_init__(self) -> None:
        if not self.aht_seconds > 0.0:
            raise ValueError(f"Expected aht_seconds > 0, got {self.aht_seconds}.")
        if not self.items.size == self.arrives.size == self.due_seconds.size:
            raise ValueError("Expected items, arrives and due_seconds of one length.")


def overdue_item_minutes(work: DueWork, *, people: FloatArray) -> float:
    """Minutes that items spend past their due time with so many people, within the grid."""
    order = np.lexsort((work.arrives, work.due_seconds))
    left = work.items[order].astype(np.float64)
    due, arrives = work.due_seconds[order], work.arrives[order]
    minutes = 0.0
    for step in range(people.size):
        starts = step * work.step_seconds
        here = np.where(arrives <= step, left, 0.0)
        capacity = people[step] * work.step_seconds / work.aht_seconds
        before = np.cumsum(here) - here
        done = np.clip(capacity - before, 0.0, here)
        past = np.clip(starts + work.step_seconds - np.maximum(due, starts), 0.0, work.step_seconds)
        # Within a step items leave evenly: of what is done half of the step is still past due.
        minutes += float(((left - done / 2.0) * past).sum()) / 60.0
        left = left - done
    return minutes


def slack_person_hours(work: DueWork) -> float | None:
    """Person-hours to spare at the tightest due time in the grid; below 0 some work will be late.

    What is overdue already is due at once. None without work due within the grid.
    """
    end = work.people.size * work.step_seconds
    inside = (work.due_seconds <= end) & (work.items > 0.0)
    if not inside.any():
        return None
    due = np.clip(work.due_seconds[inside], 0.0, None)
    order = np.argsort(due)
    needed = np.cumsum(work.items[inside][order]) * work.aht_seconds
    edges = np.arange(work.people.size + 1) * work.step_seconds
    worked = np.concatenate([[0.0], np.cumsum(work.people * work.step_seconds)])
    return float((np.interp(due[order], edges, worked) - needed).min() / 3600.0)


def overdue_by_one(work: DueWork, *, hour: slice) -> tuple[float, float]:
    """Overdue minutes that one person more saves and one fewer causes, in those steps only."""
    now = overdue_item_minutes(work, people=work.people)
    more, fewer = work.people.copy(), work.people.copy()
    more[hour] += 1.0
    fewer[hour] = np.maximum(fewer[hour] - 1.0, 0.0)
    hours = len(range(*hour.indices(work.people.size))) * work.step_seconds / 3600.0
    saved = now - overdue_item_minutes(work, people=more)
    caused = overdue_item_minutes(work, people=fewer) - now
    return max(0.0, saved) / hours, max(0.0, caused) / hours
