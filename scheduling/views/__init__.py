"""Pages of the schedule room."""

from scheduling.views.people import availability, decide_time_off, delete_availability, time_off
from scheduling.views.version import copy, delete, grid, live, publish, version
from scheduling.views.weeks import check, schedule, solve

__all__ = [
    "availability",
    "check",
    "copy",
    "decide_time_off",
    "delete",
    "delete_availability",
    "grid",
    "live",
    "publish",
    "schedule",
    "solve",
    "time_off",
    "version",
]
