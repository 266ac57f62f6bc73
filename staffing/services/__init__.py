"""Writes of the requirement: one function, one use case, one transaction."""

from staffing.services.goals import (
    GoalChange,
    QueueSettings,
    UnableToChangeGoal,
    change_queue_settings,
    change_service_goal,
)
from staffing.services.runs import (
    QueueRequirement,
    UnableToStaffRun,
    create_requirement_run,
    publish_requirement,
    save_queue_requirement,
    save_refusal,
)
from staffing.services.shrinkage import RateChange, UnableToChangeShrinkage, change_shrinkage
from staffing.services.simulations import UnableToSimulate, create_simulation
from wfm.jobs.publication import UnableToPublish

__all__ = [
    "GoalChange",
    "QueueRequirement",
    "QueueSettings",
    "RateChange",
    "UnableToChangeGoal",
    "UnableToChangeShrinkage",
    "UnableToPublish",
    "UnableToSimulate",
    "UnableToStaffRun",
    "change_queue_settings",
    "change_service_goal",
    "change_shrinkage",
    "create_requirement_run",
    "create_simulation",
    "publish_requirement",
    "save_queue_requirement",
    "save_refusal",
]
