"""The two walls around a client's rows: row-level security here, the querysets beside it."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories.org import make_agent, make_client, make_queue, make_user
from wfm.org.access import NOBODY, Access
from wfm.org.models import Agent, Client, Queue
from wfm.org.tenancy import NoTransactionError, set_tenant, system_tenant, tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_clients():
    with system_tenant():
        bank, insurer = make_client(name="Bank"), make_client(name="Insurer")
        make_queue(client=bank, name="Bank voice")
        make_queue(client=insurer, name="Insurer voice")
        make_agent(name="Ann")
    return bank, insurer


def of_client(client):
    return Access(client_ids=frozenset({client.pk}))


def test_application_role_is_neither_owner_nor_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_tables"
            " WHERE schemaname = 'public' AND tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, 0)


def test_without_a_tenant_there_are_no_rows(two_clients):
    with tenant(NOBODY):
        assert (Client.objects.count(), Queue.objects.count(), Agent.objects.count()) == (0, 0, 0)


def test_a_client_sees_its_own_rows_without_any_filter(two_clients):
    bank, _insurer = two_clients
    with tenant(of_client(bank)):
        assert [queue.name for queue in Queue.objects.all()] == ["Bank voice"]
        assert [client.name for client in Client.objects.all()] == ["Bank"]
        assert not Agent.objects.exists()


def test_a_client_cannot_write_into_another(two_clients):
    bank, insurer = two_clients
    with tenant(of_client(bank)):
        assert Queue.objects.filter(client=insurer).update(name="Mine now") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            make_client(name="A third")


def test_the_tenant_ends_with_its_block(two_clients):
    bank, _insurer = two_clients
    with system_tenant():
        with tenant(of_client(bank)):
            assert Client.objects.count() == 1
        assert Client.objects.count() == 2


def test_the_tenant_is_restored_after_an_error(two_clients):
    bank, _insurer = two_clients
    with system_tenant():
        with pytest.raises(RuntimeError), tenant(of_client(bank)):
            raise RuntimeError
        assert Client.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_set_tenant_outside_a_transaction_is_refused():
    with pytest.raises(NoTransactionError, match="open transaction"):
        set_tenant(NOBODY)


def test_every_table_is_protected_or_known_to_be_open():
    """A new table must choose: a policy, or a line in this list with its reason."""
    open_tables = {
        # Needed before anyone is known, or without any row of a client.
        "org_user", "org_user_groups", "org_user_user_permissions", "org_role", "org_rolegrant",
        "org_invitation", "org_worktype", "pghistory_context", "django_migrations",
        "django_content_type", "django_session", "django_admin_log", "auth_group",
        "auth_group_permissions", "auth_permission", "axes_accessattempt", "axes_accesslog",
        "axes_accessfailurelog", "axes_accessattemptexpiration",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relrowsecurity"
        )
        unprotected = {name for (name,) in cursor.fetchall()}
    assert unprotected - open_tables == set()


def test_audit_records_a_bulk_update_with_the_change(two_clients):
    with system_tenant():
        Queue.objects.filter(name="Bank voice").update(min_agents=3)
        event = Queue.pgh_event_model.objects.filter(pgh_label="update").get()
    assert (event.name, event.min_agents) == ("Bank voice", 3)


def test_two_roles_of_one_person_add_up(two_clients):
    bank, _insurer = two_clients
    with system_tenant():
        user = make_user("client", client=bank)
        access = user.access
    assert (access.client_ids, access.is_internal) == (frozenset({bank.pk}), False)
    assert access.can("sla.view")
    assert not access.can("schedule.view")
