"""From rows to the solver's input: who, which rules, what is required, on one axis of UTC slots."""

from scheduling.queries.solve_input.axis import INTERVAL_MINUTES, Axis, make_axis
from scheduling.queries.solve_input.build import CostParams, SolveInput, solve_input
from scheduling.queries.solve_input.free_time import (
    credited_by_agent,
    credited_weeks,
    touches_day,
)
from scheduling.queries.solve_input.people import assigned_between
from scheduling.queries.solve_input.periods import minutes_left_of_periods
from scheduling.queries.solve_input.requirement import (
    planned_deferred,
    required_by_queue,
    required_in_force,
)
from scheduling.queries.solve_input.values import cheapest_hour, hourly_pay

__all__ = [
    "INTERVAL_MINUTES",
    "Axis",
    "CostParams",
    "SolveInput",
    "assigned_between",
    "cheapest_hour",
    "credited_by_agent",
    "credited_weeks",
    "hourly_pay",
    "make_axis",
    "minutes_left_of_periods",
    "planned_deferred",
    "required_by_queue",
    "required_in_force",
    "solve_input",
    "touches_day",
]
