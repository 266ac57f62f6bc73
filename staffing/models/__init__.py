"""Tables of the requirement."""

from staffing.models.intraday import IntradayRequirement
from staffing.models.pool import Pool, PoolQueue
from staffing.models.run import RequirementInterval, RequirementQueueResult, RequirementRun
from staffing.models.shrinkage import ShrinkageProfile, ShrinkageRate
from staffing.models.simulation import RequirementSimulation

__all__ = [
    "IntradayRequirement",
    "Pool",
    "PoolQueue",
    "RequirementInterval",
    "RequirementQueueResult",
    "RequirementRun",
    "RequirementSimulation",
    "ShrinkageProfile",
    "ShrinkageRate",
]
