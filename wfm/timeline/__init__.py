"""Instants, grids, local days and business time. Pure: no Django, no clock."""

from wfm.timeline.business import BusinessCalendar
from wfm.timeline.due import DueClock, DueRule, DueUnit, due_instant, due_instants
from wfm.timeline.grid import day_bounds, day_intervals, grid, local_dates, local_minutes
from wfm.timeline.interval import Interval, merge, overlap_seconds, subtract

__all__ = [
    "BusinessCalendar",
    "DueClock",
    "DueRule",
    "DueUnit",
    "Interval",
    "day_bounds",
    "day_intervals",
    "due_instant",
    "due_instants",
    "grid",
    "local_dates",
    "local_minutes",
    "merge",
    "overlap_seconds",
    "subtract",
]
