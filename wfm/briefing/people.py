"""Who needs attention now: the worst flags of the live rows that the viewer may see."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from adherence.models import AgentLive, LiveFlag
from wfm.org.models import StateGroup

ATTENTION = (LiveFlag.NO_SHOW, LiveFlag.LATE, LiveFlag.OUT, LiveFlag.BUSY_TOO_LONG)
MOST_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class PeopleNow:
    """Counts of people now, and the worst of them."""

    working: int
    planned: int
    in_adherence: int
    attention: int
    silent: int
    worst: list[AgentLive]

    @property
    def share_in_adherence(self) -> float | None:
        """Of those planned now, the share that does what is planned."""
        return self.in_adherence / self.planned if self.planned else None


def people_now(*, principal: object) -> PeopleNow:
    """Count the live rows in the viewer's scope."""
    rows = AgentLive.objects.all().visible_to(principal).filter(agent__is_active=True)
    working = (StateGroup.AVAILABLE, StateGroup.HANDLING, StateGroup.BUSY)
    counts = rows.aggregate(
        working=Count("pk", filter=Q(state_group__in=working)),
        planned=Count("pk", filter=Q(planned_code__isnull=False)),
        in_adherence=Count("pk", filter=Q(planned_code__isnull=False, flag=LiveFlag.IN)),
        attention=Count("pk", filter=Q(flag__in=ATTENTION)),
        silent=Count("pk", filter=Q(flag=LiveFlag.UNKNOWN)),
    )
    return PeopleNow(worst=list(_worst(rows)), **counts)


def _worst(rows: QuerySet[AgentLive]) -> QuerySet[AgentLive]:
    return (
        rows.filter(flag__in=ATTENTION)
        .select_related("agent", "planned_code", "activity_code")
        .order_by("-severity", F("flag_since").asc(nulls_last=True), "agent_id")[:MOST_SHOWN]
    )
