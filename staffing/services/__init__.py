"""Writes of the requirement: one function, one use case, one transaction."""

from staffing.services.callbacks import (
    CallbackTerms,
    UnableToOfferCallbacks,
    end_callbacks,
    offer_callbacks,
)
from staffing.services.goals import (
    GoalChange,
    QueueSettings,
    UnableToChangeGoal,
    change_queue_settings,
    change_service_goal,
)
from staffing.services.links import LinkTerms, UnableToLink, delete_link, end_link, link_queues
from staffing.services.pools import (
    PoolSettings,
    UnableToChangePool,
    change_pool,
    create_pool,
    delete_pool,
)
from staffing.services.runs import (
    QueueRequirement,
    UnableToStaffRun,
    create_requirement_run,
    publish_requirement,
    save_requirements,
)
from staffing.services.shrinkage import RateChange, UnableToChangeShrinkage, change_shrinkage
from staffing.services.simulations import UnableToSimulate, create_simulation
from wfm.jobs.publication import UnableToPublish

__all__ = [
    "CallbackTerms",
    "GoalChange",
    "LinkTerms",
    "PoolSettings",
    "QueueRequirement",
    "QueueSettings",
    "RateChange",
    "UnableToChangeGoal",
    "UnableToChangePool",
    "UnableToChangeShrinkage",
    "UnableToLink",
    "UnableToOfferCallbacks",
    "UnableToPublish",
    "UnableToSimulate",
    "UnableToStaffRun",
    "change_pool",
    "change_queue_settings",
    "change_service_goal",
    "change_shrinkage",
    "create_pool",
    "create_requirement_run",
    "create_simulation",
    "delete_link",
    "delete_pool",
    "end_callbacks",
    "end_link",
    "link_queues",
    "offer_callbacks",
    "publish_requirement",
    "save_requirements",
]
