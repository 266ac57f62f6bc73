"""The tenant of a transaction: what row-level security lets through.

`wfm.clients` holds '*' or the ids of the clients, `wfm.internal` 'on' for our own people. Both are
set for the transaction only, so that a pooled connection never carries them over. Unset: no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from wfm.org.access import SYSTEM, Access


class NoTransactionError(RuntimeError):
    """A tenant was set outside a transaction, where it would be lost at once."""


def tenant_values(access: Access) -> tuple[str, str]:
    """Return the values of wfm.clients and wfm.internal for this access."""
    if access.client_ids is None:
        clients = "*"
    else:
        clients = ",".join(str(pk) for pk in sorted(access.client_ids))
    return clients, "on" if access.is_internal else ""


def set_tenant(access: Access) -> None:
    """Set the tenant for the rest of this transaction."""
    if not connection.in_atomic_block:
        msg = "set_tenant needs an open transaction; use `with tenant(access):`."
        raise NoTransactionError(msg)
    clients, internal = tenant_values(access)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('wfm.clients', %s, true), set_config('wfm.internal', %s, true)",
            [clients, internal],
        )


def _current() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('wfm.clients', true), ''),"
            " coalesce(current_setting('wfm.internal', true), '')"
        )
        clients, internal = cursor.fetchone()
    return clients, internal


@contextmanager
def tenant(access: Access) -> Iterator[None]:
    """Open a transaction (or savepoint) that sees what this access may see."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _current() if nested else ("", "")
        set_tenant(access)
        yield
        # After an error the rollback to the savepoint restores the settings by itself.
        if nested:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('wfm.clients', %s, true),"
                    " set_config('wfm.internal', %s, true)",
                    list(before),
                )


@contextmanager
def system_tenant() -> Iterator[None]:
    """Open a transaction that sees everything: tasks, commands, tests."""
    with tenant(SYSTEM):
        yield
