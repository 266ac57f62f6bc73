"""Closings by rule give way to what agents and feeds say themselves, however late it comes."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from adherence.models import ActivityEvent, EventKey, EventSource
from adherence.services.event_store import array_text, event_key

CLOCK_OUT_WITHIN = timedelta(hours=12)
"""A clock-out so long after a closing ends the same stay; a later one says nothing of it."""

# What followed first decides: clocking in anew means that the agent had left. Of what the agent did
# before the rule spoke it knew nothing; after that, only a clock-out says that they had stayed. The
# rule knew every event with a lower id (see `hold_closings`).
OVERTAKEN_SQL = """
SELECT DISTINCT closing.agent_id, closing.id, closing.occurred_at, closing.event_uid
FROM unnest(%(agents)s::bigint[], %(moments)s::timestamptz[]) AS new(agent_id, occurred_at)
CROSS JOIN LATERAL (
    SELECT id, agent_id, occurred_at, received_at, event_uid FROM adherence_activityevent
    WHERE agent_id = new.agent_id AND source = %(rule)s
        AND occurred_at <= new.occurred_at
        AND occurred_at > new.occurred_at - %(within_seconds)s * interval '1 second'
    ORDER BY occurred_at DESC LIMIT 1
) closing
CROSS JOIN LATERAL (
    SELECT kind, occurred_at FROM adherence_activityevent
    WHERE agent_id = closing.agent_id AND source <> %(rule)s AND id > closing.id
        AND occurred_at >= closing.occurred_at AND occurred_at <= new.occurred_at
    ORDER BY occurred_at, sequence, event_uid COLLATE "C" LIMIT 1
) followed
WHERE followed.kind = 'logout'
    OR followed.kind <> 'login' AND followed.occurred_at <= closing.received_at
"""


def hold_closings() -> None:
    """Until this transaction ends the rule closes nothing: it sees our events, or we its closing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('adherence.closings'))")


def may_close() -> bool:
    """Whether nobody is taking events that could contradict a closing; if so, they wait for us.

    The rule does not wait: intake would wait behind it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('adherence.closings'))")
        return bool(cursor.fetchone()[0])


def withdraw_overtaken(events: Collection[tuple[int, datetime]]) -> list[tuple[int, datetime]]:
    """Take back the closings that these events (agent, moment) contradict; return which."""
    if not events:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            OVERTAKEN_SQL,
            {
                "agents": array_text(agent_id for agent_id, _moment in events),
                "moments": array_text(moment.isoformat() for _agent_id, moment in events),
                "rule": EventSource.RULE.value,
                "within_seconds": int(CLOCK_OUT_WITHIN.total_seconds()),
            },
        )
        found = cursor.fetchall()
    for agent_id, pk, occurred_at, uid in found:
        ActivityEvent.objects.filter(pk=pk, occurred_at=occurred_at, agent=agent_id).delete()
        # The rule may have to close at this very moment after all.
        EventKey.objects.filter(pk=event_key(EventSource.RULE.value, uid)).delete()
    return [(agent_id, occurred_at) for agent_id, _pk, occurred_at, _uid in found]
