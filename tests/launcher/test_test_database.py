"""The test database itself: roles and rights are those of a real installation."""

import os

import pytest
from django.db import ProgrammingError, connection, transaction


@pytest.mark.django_db
def test_application_role_is_neither_owner_nor_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        owned_tables = cursor.fetchone()[0]

    assert role == ("wfm_app", False, False, False, False)
    assert owned_tables == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE django_content_type CASCADE",
        "ALTER TABLE django_content_type ADD COLUMN note text",
        "CREATE TABLE intruder (id int)",
    ],
)
def test_application_role_cannot_change_tables(statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_owner_and_application_see_the_same_database(owner_connection):
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()

    assert owner == "wfm_owner"
    assert database == connection.settings_dict["NAME"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", ["first", "second"])
def test_rows_of_a_transactional_test_are_gone_in_the_next(attempt):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [attempt])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", ["first", "second"])
def test_rows_that_migrations_wrote_survive_the_flush(attempt):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_permission")
        assert cursor.fetchone()[0] > 0
        cursor.execute("DELETE FROM auth_permission WHERE codename = 'add_session'")
        assert cursor.rowcount == 1


def test_redis_database_is_private_and_empty(redis_client):
    assert redis_client.dbsize() == 0
    redis_client.set("left", "over")
    assert redis_client.connection_pool.connection_kwargs["db"] == int(
        os.environ["REDIS_URL"].rpartition("/")[2]
    )
