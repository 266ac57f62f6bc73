"""Pages of the staffing room."""

from staffing.views.board import board
from staffing.views.calculator import answer, calculator
from staffing.views.callbacks import finish_callbacks, offer_callbacks
from staffing.views.links import add_link, finish_link, remove_link
from staffing.views.parameters import (
    change_goal,
    change_settings,
    change_shrinkage,
    due_example,
    parameters,
)
from staffing.views.pools import edit_pool, new_pool, pool_result, pools, remove_pool
from staffing.views.runs import publish, run, runs, start
from staffing.views.simulations import simulate, simulation
from staffing.views.why import why

__all__ = [
    "add_link",
    "answer",
    "board",
    "calculator",
    "change_goal",
    "change_settings",
    "change_shrinkage",
    "due_example",
    "edit_pool",
    "finish_callbacks",
    "finish_link",
    "new_pool",
    "offer_callbacks",
    "parameters",
    "pool_result",
    "pools",
    "publish",
    "remove_link",
    "remove_pool",
    "run",
    "runs",
    "simulate",
    "simulation",
    "start",
    "why",
]
