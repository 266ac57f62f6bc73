"""Tables of the requirement."""

from staffing.models.intraday import IntradayRequirement
from staffing.models.link import QueueLink
from staffing.models.pool import Pool, PoolQueue
from staffing.models.run import RequirementInterval, RequirementQueueResult, RequirementRun
from staffing.models.shrinkage import ShrinkageProfile, ShrinkageRate
from staffing.models.simulation import RequirementSimulation

__all__ = [
    "IntradayRequirement",
    "Pool",
    "PoolQueue",
    "QueueLink",
    "RequirementInterval",
    "RequirementQueueResult",
    "RequirementRun",
    "RequirementSimulation",
    "ShrinkageProfile",
    "ShrinkageRate",
]
