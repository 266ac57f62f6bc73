"""Cures of what was quarantined: map, add a key, choose the hour, try again, dismiss."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from adherence.core.connectors.event import Fault
from adherence.models import Connector, QuarantinedEvent
from adherence.queries.quarantine import curable_ids
from adherence.services import EventOutcome, EventStatus
from adherence.services.connectors.intake import ingest
from adherence.services.connectors.reading import Canonical, StateMap, apply_mapping, state_map
from adherence.services.connectors.rereading import read_again
from wfm.org.models import Agent, AgentSourceKey, User

AT_ONCE = 1000
MOST_AT_ONCE = 5000
"""While a person waits; what is left follows within a minute (`retry_cured`)."""
RECEIVED = tuple[str, datetime]


class UnableToCure(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The cure would do harm; the message says why."""


def replay(*, event_ids: Sequence[int], at: datetime, taken_by_id: int | None = None) -> int:
    """Try these events again with the mappings, keys and codes of now; return how many are taken.

    Safe to run twice and at the same time: what is taken already is a duplicate and resolved. They
    keep the time at which they were received, so that age and future are judged as then; what is
    older than 30 days by now corrects its days in the name of `taken_by_id`.
    """
    taken = 0
    for start in range(0, len(event_ids), AT_ONCE):
        taken += _replay_part(event_ids[start : start + AT_ONCE], at, taken_by_id)
    return taken


def _replay_part(event_ids: Sequence[int], at: datetime, by_id: int | None) -> int:
    with transaction.atomic():
        _wait_for_other_replays()
        waiting = QuarantinedEvent.objects.filter(pk__in=event_ids, resolved_at=None)
        rows = list(waiting.order_by("pk"))
        connectors = {
            connector.source: connector
            for connector in Connector.objects.filter(source__in={row.source for row in rows})
        }
        maps = {source: state_map(connector) for source, connector in connectors.items()}
        batches: defaultdict[RECEIVED, list[tuple[QuarantinedEvent, Canonical]]] = defaultdict(list)
        for row in rows:
            event = _event(row, connectors.get(row.source), maps.get(row.source, {}))
            if event is not None:
                batches[row.source, row.received_at].append((row, event))
        return sum(_take(batch, key, at, by_id) for key, batch in batches.items())


def _wait_for_other_replays() -> None:
    """Of two people who cure the same events one goes first; the other finds them taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('adherence.replay'))")


def _event(
    row: QuarantinedEvent, connector: Connector | None, mappings: StateMap
) -> Canonical | None:
    """The event as it is understood now; None where there is nothing new to try."""
    raw = row.raw if isinstance(row.raw, dict) else {}
    if "body" in raw and "event_uid" not in raw:
        return None  # a whole body that nobody could read: the source must send it again
    if "said" not in raw or connector is None:
        return Canonical(raw)
    if raw.get("fault"):
        return read_again(connector=connector, row=row, mappings=mappings)
    return apply_mapping(raw, mappings)


def _take(
    batch: Sequence[tuple[QuarantinedEvent, Canonical]],
    key: RECEIVED,
    at: datetime,
    by_id: int | None,
) -> int:
    source, received_at = key
    outcomes = ingest(
        [event for _row, event in batch],
        source=source,
        received_at=received_at,
        processed_at=at,
        taken_by_id=by_id,
    )
    done = {
        row.pk
        for (row, event), outcome in zip(batch, outcomes, strict=True)
        if _is_done(row, event, outcome)
    }
    refused = [row.pk for row, _event in batch if row.pk not in done]
    QuarantinedEvent.objects.filter(pk__in=done, resolved_at=None).update(resolved_at=at)
    # Our own try is no new arrival from the source.
    QuarantinedEvent.objects.filter(pk__in=refused, times_seen__gt=1).update(
        times_seen=F("times_seen") - 1
    )
    return sum(outcome.status != EventStatus.QUARANTINED for outcome in outcomes)


def _is_done(row: QuarantinedEvent, event: Canonical, outcome: EventOutcome) -> bool:
    """Taken, or understood anew so that it waits under another id."""
    moved = str(event.data.get("event_uid")) != row.event_uid and "said" in event.data
    return outcome.status != EventStatus.QUARANTINED or moved


def replay_states(*, connector: Connector, at: datetime, taken_by_id: int | None = None) -> int:
    """Try again what waits for a mapping of this connector and has one now."""
    found = curable_ids(source=connector.source, reason_code="unmapped_state", most=MOST_AT_ONCE)
    return replay(event_ids=found, at=at, taken_by_id=taken_by_id)


def retry_cured(*, at: datetime) -> int:
    """Try again whatever waits for an agent, a code or a mapping that is there now."""
    return replay(event_ids=curable_ids(most=MOST_AT_ONCE), at=at)


def add_agent_key(
    *, source: str, key: str, agent: Agent, at: datetime, taken_by_id: int | None = None
) -> int:
    """Say whom the source means by this key, and take the events that waited for it.

    Raises UnableToCure where the key belongs to somebody else already.
    """
    if not key:
        raise UnableToCure(_("These events name no agent; there is no key to add."))
    with transaction.atomic():
        found, _made = AgentSourceKey.objects.get_or_create(
            source=source, key=key, defaults={"agent": agent}
        )
        if found.agent_id != agent.pk:
            raise UnableToCure(
                _("In %(source)s the key %(key)s belongs to %(name)s already.")
                % {"source": source, "key": key, "name": found.agent}
            )
        waiting = QuarantinedEvent.objects.filter(
            source=source, resolved_at=None, reason_code="unknown_agent", raw__agent_key=key
        )
        ids = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
        return replay(event_ids=ids, at=at, taken_by_id=taken_by_id)


def choose_hour(
    *,
    events: QuerySet[QuarantinedEvent],
    is_second: bool,
    at: datetime,
    taken_by_id: int | None = None,
) -> int:
    """Say which hour was meant by times that occurred twice, and take the events."""
    with transaction.atomic():
        rows = list(
            events.filter(resolved_at=None, reason_code=Fault.TIME_TWICE.value)
            .order_by("pk")
            .select_for_update()
        )
        for row in rows:
            candidates = row.raw.get("candidates", [])
            if len(candidates) == 2:
                row.raw = {
                    **{name: value for name, value in row.raw.items() if name != "fault"},
                    "occurred_at": candidates[is_second],
                    "hour": "second" if is_second else "first",
                }
        QuarantinedEvent.objects.bulk_update(rows, ["raw"], batch_size=500)
        return replay(event_ids=[row.pk for row in rows], at=at, taken_by_id=taken_by_id)


def dismiss(
    *, events: QuerySet[QuarantinedEvent], reason: str, dismissed_by: User | None, at: datetime
) -> int:
    """Set events aside for good, with who and why; they stay readable and can be reopened."""
    if not reason.strip():
        raise UnableToCure(_("Say why: the reason is kept beside the events."))
    return events.filter(resolved_at=None).update(
        resolved_at=at, dismissed_by=dismissed_by, dismissed_reason=reason.strip()[:300]
    )


def reopen(*, events: QuerySet[QuarantinedEvent]) -> int:
    """Let dismissed events wait again."""
    return (
        events.exclude(dismissed_reason="")
        .exclude(resolved_at=None)
        .update(resolved_at=None, dismissed_by=None, dismissed_reason="")
    )
