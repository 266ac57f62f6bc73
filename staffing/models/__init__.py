"""Tables of the requirement."""

from staffing.models.callback import CallbackOffer
from staffing.models.intraday import IntradayRequirement
from staffing.models.link import QueueLink
from staffing.models.pool import Pool, PoolQueue
from staffing.models.pool_result import PoolOutcome, RequirementPoolResult
from staffing.models.run import RequirementInterval, RequirementQueueResult, RequirementRun
from staffing.models.shrinkage import ShrinkageProfile, ShrinkageRate
from staffing.models.simulation import RequirementSimulation
from staffing.models.skill_group import SkillGroup, SkillGroupQueue

__all__ = [
    "CallbackOffer",
    "IntradayRequirement",
    "Pool",
    "PoolOutcome",
    "PoolQueue",
    "QueueLink",
    "RequirementInterval",
    "RequirementPoolResult",
    "RequirementQueueResult",
    "RequirementRun",
    "RequirementSimulation",
    "ShrinkageProfile",
    "ShrinkageRate",
    "SkillGroup",
    "SkillGroupQueue",
]
