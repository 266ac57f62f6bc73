"""Two clients with a queue, history and results each."""

from types import SimpleNamespace

import pytest

from tests.factories.org import make_client, make_queue
from tests.factories.reporting import make_clause, make_interval, make_key, make_result
from wfm.org.tenancy import system_tenant


@pytest.fixture
def two_clients(db):
    """`.bank` and `.insurer`, each with client, queue, clause, interval, result and key."""
    with system_tenant():
        return SimpleNamespace(bank=_tenant("Bank"), insurer=_tenant("Insurer"))


def _tenant(name):
    client = make_client(name=name, key=name.lower())
    queue = make_queue(client=client, name=f"{name} voice")
    clause = make_clause(queue, period="DAY")
    return SimpleNamespace(
        client=client,
        queue=queue,
        clause=clause,
        interval=make_interval(queue, "2026-03-02T09:00", answered=10, within=8),
        result=make_result(queue, clause=clause, is_met=True),
        key=make_key(client=client).text,
    )
