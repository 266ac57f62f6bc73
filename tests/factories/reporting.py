"""Histories, clauses and results; name only what decides the test."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from forecasting.models import IntervalActual, WorkItem
from reporting.models import SlaResult
from tests.factories.org import LONG_AGO
from wfm.integration.services import create_api_key
from wfm.org.models import ClientContract, SlaClause

_numbers = count(1)
SERVICE_LEVEL = "service_level.answered_over_offered"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_interval(queue, starts_at, *, answered=10, within=8, abandoned=0, **fields):
    defaults = {
        "offered": answered + abandoned,
        "answered": answered,
        "abandoned": abandoned,
        "answered_within": within,
        "abandoned_within": 0,
        "short_abandoned": 0,
        "threshold_seconds": 20,
        "wait_seconds_answered": 15.0 * answered,
        "wait_seconds_total": 15.0 * answered,
        "handle_seconds": 240.0 * answered,
    }
    moment = utc(starts_at) if isinstance(starts_at, str) else starts_at
    return IntervalActual.objects.create(queue=queue, starts_at=moment, **defaults | fields)


def make_item(queue, *, due_at, completed_at=None, arrived_at=None, **fields):
    due = utc(due_at)
    return WorkItem.objects.create(
        queue=queue,
        external_id=f"I{next(_numbers)}",
        arrived_at=utc(arrived_at) if arrived_at else due - timedelta(days=1),
        due_at=due,
        completed_at=utc(completed_at) if completed_at else None,
        **fields,
    )


def make_contract(client, **fields):
    defaults = {"name": "Contract", "starts_on": LONG_AGO, "version": 1}
    return ClientContract.objects.create(client=client, **defaults | fields)


def make_clause(queue, *, contract=None, **fields):
    defaults = {
        "metric_key": SERVICE_LEVEL,
        "target": 0.8,
        "period": "MONTH",
        "threshold_seconds": 20,
    }
    contract = contract or ClientContract.objects.filter(client=queue.client).first()
    return SlaClause.objects.create(
        contract=contract or make_contract(queue.client), queue=queue, **defaults | fields
    )


def make_result(
    queue, *, starts_on=date(2026, 3, 2), days=1, numerator=8, denominator=10, **fields
):
    defaults = {
        "client": queue.client,
        "metric_key": SERVICE_LEVEL,
        "period": "DAY",
        "ends_on": starts_on + timedelta(days=days),
        "threshold_seconds": 20,
        "value": numerator / denominator if denominator else None,
        "target": 0.8,
        "expected_intervals": 96,
        "present_intervals": 96,
        "is_final": True,
        "as_of": utc("2026-04-01T00:00"),
    }
    return SlaResult.objects.create(
        queue=queue,
        starts_on=starts_on,
        numerator=numerator,
        denominator=denominator,
        **defaults | fields,
    )


def make_key(*, client=None, scopes=("sla.view", "metric.view", "webhook.view"), **fields):
    """A new key; its text is in `.text`."""
    return create_api_key(
        name=f"Key {next(_numbers)}", client=client, scopes=scopes, created_by=None, **fields
    )
