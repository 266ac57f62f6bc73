"""Everything that all rooms share; one migrations folder."""

from wfm.org.models.client import Client, ClientContract, SlaClause
from wfm.org.models.contract import EmploymentContract, TimeOffCredit
from wfm.org.models.goal import ServiceGoal
from wfm.org.models.people import (
    Agent,
    AgentAssignment,
    AgentSkill,
    AgentSourceKey,
    Skill,
    Team,
    WorkMode,
)
from wfm.org.models.place import SeatPool, Site
from wfm.org.models.user import Invitation, Role, RoleGrant, User
from wfm.org.models.work import (
    ActivityCode,
    Channel,
    Handling,
    Holiday,
    OpeningHours,
    Queue,
    StateGroup,
    WorkType,
)

__all__ = [
    "ActivityCode",
    "Agent",
    "AgentAssignment",
    "AgentSkill",
    "AgentSourceKey",
    "Channel",
    "Client",
    "ClientContract",
    "EmploymentContract",
    "Handling",
    "Holiday",
    "Invitation",
    "OpeningHours",
    "Queue",
    "Role",
    "RoleGrant",
    "SeatPool",
    "ServiceGoal",
    "Site",
    "Skill",
    "SlaClause",
    "StateGroup",
    "Team",
    "TimeOffCredit",
    "User",
    "WorkMode",
    "WorkType",
]
