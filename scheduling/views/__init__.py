"""Pages of the schedule room."""

from scheduling.views.people import availability, decide_time_off, delete_availability, time_off
from scheduling.views.rules import delete_rule, rules
from scheduling.views.version import copy, delete, grid, live, money, publish, version
from scheduling.views.weeks import check, schedule, solve

__all__ = [
    "availability",
    "check",
    "copy",
    "decide_time_off",
    "delete",
    "delete_availability",
    "delete_rule",
    "grid",
    "live",
    "money",
    "publish",
    "rules",
    "schedule",
    "solve",
    "time_off",
    "version",
]
