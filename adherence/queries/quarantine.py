"""Quarantined events: what waits, why, and for what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from adherence.models import QuarantinedEvent

WAITING, DISMISSED, SETTLED = "waiting", "dismissed", "settled"
# What an event waits for: the key of an agent, the words of a state, or a code.
_WANTED_FIELD = {"unknown_agent": "agent_key", "unmapped_state": "state", "unknown_code": "code"}
CURABLE_SQL = """
SELECT waiting.id FROM adherence_quarantinedevent waiting
WHERE waiting.resolved_at IS NULL AND %(source)s IN ('', waiting.source)
    AND %(reason_code)s IN ('', waiting.reason_code) AND (
    (reason_code = 'unknown_agent' AND (
        EXISTS (SELECT 1 FROM org_agentsourcekey own
            WHERE own.source = waiting.source AND own.key = waiting.raw ->> 'agent_key')
        OR EXISTS (SELECT 1 FROM org_agent agent
            WHERE agent.employee_number = waiting.raw ->> 'agent_key')))
    OR (reason_code = 'unknown_code' AND EXISTS (SELECT 1 FROM org_activitycode code
        WHERE code.is_active AND code.key = waiting.raw ->> 'code'))
    OR (reason_code = 'unmapped_state' AND EXISTS (
        SELECT 1 FROM adherence_statemapping mapping
        JOIN adherence_connector connector ON connector.id = mapping.connector_id
        WHERE connector.source = waiting.source
            AND lower(mapping.state) = lower(waiting.raw ->> 'state')
            AND lower(mapping.reason) IN ('', lower(waiting.raw ->> 'reason'))))
)
ORDER BY waiting.id LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True)
class QuarantineFilter:
    """What the page shows; all of it stands in its address."""

    source: str = ""
    reason_code: str = ""
    shown: str = WAITING
    state: str = ""
    reason: str = ""
    agent_key: str = ""
    code: str = ""

    def apply(self, rows: QuerySet[QuarantinedEvent]) -> QuerySet[QuarantinedEvent]:
        """Return the rows that fit."""
        condition = {
            WAITING: Q(resolved_at=None),
            DISMISSED: Q(resolved_at__isnull=False) & ~Q(dismissed_reason=""),
            SETTLED: Q(resolved_at__isnull=False, dismissed_reason=""),
        }[self.shown]
        if self.source:
            condition &= Q(source=self.source)
        if self.reason_code:
            condition &= Q(reason_code=self.reason_code)
        for name in ("state", "agent_key", "code"):
            if getattr(self, name):
                condition &= Q(**{f"raw__{name}": getattr(self, name)})
        if self.state:  # a state without a reason is a group of its own
            condition &= Q(raw__reason=self.reason)
        return rows.filter(condition)


@dataclass(frozen=True)
class QuarantineGroup:
    """Events of one source that wait for the same thing."""

    source: str
    reason_code: str
    wanted: str
    """The agent's key, the state or the code that is missing; empty where it is none of these."""
    reason: str
    label: str
    said: str
    count: int
    times_seen: int
    first_at: datetime
    latest_at: datetime
    sentence: str


def quarantine_groups(
    rows: QuerySet[QuarantinedEvent], *, most: int = 200
) -> list[QuarantineGroup]:
    """What waits by source, cause and missing thing, the largest first."""
    wanted = {name: _text(name) for name in ("agent_key", "state", "code", "reason", "label", "said")}  # fmt: skip
    found: list[QuarantineGroup] = []
    for reason_code in rows.order_by().values_list("reason_code", flat=True).distinct():
        field = _WANTED_FIELD.get(reason_code)
        names = [field] if field else []
        if field == "state":
            names.append("reason")
        grouped = (
            rows.filter(reason_code=reason_code)
            .order_by()
            .annotate(**{f"its_{name}": wanted[name] for name in names})
            .values("source", *(f"its_{name}" for name in names))
            .annotate(
                count=Count("pk"),
                times_seen=Sum("times_seen"),
                first_at=Min("received_at"),
                latest_at=Max("received_at"),
                label=Max(wanted["label"]),
                said=Max(wanted["said"]),
                sentence=Max("reason"),
            )
            .order_by("-count")[:most]
        )
        found += [_group(reason_code, field, row) for row in grouped]
    return sorted(found, key=lambda group: (-group.count, group.source, group.wanted))[:most]


def _group(reason_code: str, field: str | None, row: dict[str, Any]) -> QuarantineGroup:
    return QuarantineGroup(
        source=row["source"],
        reason_code=reason_code,
        wanted=row[f"its_{field}"] if field else "",
        reason=row.get("its_reason", ""),
        label=row["label"],
        said=row["said"] or "state",
        count=row["count"],
        times_seen=row["times_seen"],
        first_at=row["first_at"],
        latest_at=row["latest_at"],
        sentence=row["sentence"],
    )


def _text(name: str) -> Any:
    return Coalesce(KeyTextTransform(name, "raw"), Value(""), output_field=TextField())


def quarantine_counts(rows: QuerySet[QuarantinedEvent]) -> list[dict[str, Any]]:
    """How many events wait by source and cause."""
    counted = (
        rows.filter(resolved_at=None)
        .order_by()
        .values("source", "reason_code")
        .annotate(count=Count("pk"), times_seen=Sum("times_seen"), latest_at=Max("received_at"))
        .order_by("-count", "source", "reason_code")
    )
    return [dict(row) for row in counted]


def curable_ids(*, most: int, source: str = "", reason_code: str = "") -> list[int]:
    """Which events would be taken now, as far as agents, codes and mappings go; oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(CURABLE_SQL, {"source": source, "reason_code": reason_code, "most": most})
        return [pk for (pk,) in cursor.fetchall()]
