"""The embedded PostgreSQL: made once, private, and able to start after any end."""

import os
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.launcher.conftest import possible_identities
from wfm.launcher import leftovers
from wfm.launcher.errors import LauncherError
from wfm.launcher.house import House
from wfm.launcher.leftovers import end_leftovers
from wfm.launcher.postgres import create_cluster, start_server, stop_server
from wfm.launcher.postgres_roles import APP_ROLE, DATABASE, OWNER_ROLE
from wfm.launcher.spawn import Identity
from wfm.launcher.state import State

QUICK = leftovers.Patience(alone_seconds=0.2, after_signal_seconds=15)


def run_sql(cluster, statement, *, role=OWNER_ROLE):
    with (
        closing(cluster.connect(role=role, database=DATABASE)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def clear_leftovers(cluster, folder):
    end_leftovers(
        state_folder=folder,
        broker_folder=folder / "valkey",
        data_folder=cluster.data_folder,
        patience=QUICK,
    )


@pytest.mark.parametrize("identity", possible_identities())
def test_new_cluster_serves_both_roles_and_is_private(make_cluster, start_postgres, identity):
    cluster = make_cluster(identity=identity)

    create_cluster(cluster)
    server = start_postgres(cluster)

    run_sql(cluster, "CREATE TABLE note (id int)")
    run_sql(cluster, "INSERT INTO note VALUES (7)", role=APP_ROLE)
    assert run_sql(cluster, "SELECT id FROM note") == [(7,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_sql(cluster, "TRUNCATE note", role=APP_ROLE)
    for private in (cluster.folder, cluster.data_folder, cluster.socket_folder):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    if identity is Identity.NOBODY:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    else:
        assert stat.S_IMODE((cluster.folder / "passwords.json").stat().st_mode) == 0o600


def test_wrong_password_is_refused_even_on_the_private_socket(make_cluster, start_postgres):
    cluster = make_cluster()
    create_cluster(cluster)
    start_postgres(cluster)
    url = cluster.url(role=APP_ROLE).replace(cluster.passwords.app, "guessed")

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url)


def test_half_made_cluster_of_a_crash_is_replaced(make_cluster, start_postgres):
    cluster = make_cluster()
    side = cluster.folder.with_name("postgres.new")
    (side / "data").mkdir(parents=True)
    (side / "data" / "PG_VERSION").write_text("18")

    create_cluster(cluster)
    start_postgres(cluster)

    assert not side.exists()
    assert run_sql(cluster, "SELECT current_user") == [(OWNER_ROLE,)]


def test_committed_rows_survive_kill_of_the_server(make_cluster, start_postgres, folder):
    cluster = make_cluster(is_durable=True)
    create_cluster(cluster)
    server = start_postgres(cluster)
    run_sql(cluster, "CREATE TABLE note (id int)")
    run_sql(cluster, "INSERT INTO note VALUES (7)")

    server.kill()
    server.wait()
    clear_leftovers(cluster, folder)
    start_postgres(cluster)

    assert run_sql(cluster, "SELECT id FROM note") == [(7,)]


def test_recycled_process_id_does_not_stop_the_start(make_cluster, start_postgres, folder):
    """The number in postmaster.pid now belongs to an innocent process, which must live on."""
    cluster = make_cluster()
    create_cluster(cluster)
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        leave_postmaster_file(cluster, pid=innocent.pid)
        with pytest.raises(LauncherError, match="ended while starting"):
            start_server(cluster, log_path=folder / "refused.log")

        clear_leftovers(cluster, folder)
        start_postgres(cluster)

        assert run_sql(cluster, "SELECT 1") == [(1,)]
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_zombie_of_the_old_server_does_not_stop_the_start(make_cluster, start_postgres, folder):
    cluster = make_cluster()
    create_cluster(cluster)
    zombie = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # ended, but not collected
    leave_postmaster_file(cluster, pid=zombie.pid)

    clear_leftovers(cluster, folder)
    start_postgres(cluster)

    assert run_sql(cluster, "SELECT 1") == [(1,)]
    zombie.wait()


def test_server_of_a_killed_launcher_is_ended_first(make_cluster, start_postgres, folder):
    cluster = make_cluster()
    create_cluster(cluster)
    old = start_postgres(cluster)
    run_sql(cluster, "CREATE TABLE note (id int)")

    clear_leftovers(cluster, folder)
    start_postgres(cluster)

    assert old.wait(5) == 0  # a fast shutdown, not a crash
    assert run_sql(cluster, "SELECT count(*) FROM note") == [(0,)]


def test_stop_is_a_clean_shutdown(make_cluster, folder):
    cluster = make_cluster()
    create_cluster(cluster)
    server = start_server(cluster, log_path=folder / "postgres.log")

    stop_server(server)

    assert server.returncode == 0
    assert not (cluster.data_folder / "postmaster.pid").exists()
    assert "database system is shut down" in (folder / "postgres.log").read_text()


def test_failed_start_shows_the_end_of_the_log(make_cluster, folder):
    cluster = make_cluster()
    create_cluster(cluster)
    (cluster.data_folder / "PG_VERSION").write_text("9\n")

    with pytest.raises(LauncherError, match="incompatible with server"):
        start_server(cluster, log_path=folder / "postgres.log")


def leave_postmaster_file(cluster, *, pid: int) -> None:
    """Write what a server that was killed leaves, with this process id."""
    lines = [pid, cluster.data_folder, 1700000000, 5432, cluster.socket_folder, "", "", "ready"]
    path = cluster.data_folder / "postmaster.pid"
    path.write_text("\n".join(map(str, lines)) + "\n")


def test_a_server_that_was_killed_is_recovered(make_cluster, tmp_path):
    """As the supervisor does it: its processes may still be ending, its file still lies there."""
    cluster = make_cluster()
    create_cluster(cluster)
    house = House(state=State(folder=tmp_path), lock=(tmp_path / "lock").open("w"), environment={})
    log_path = tmp_path / "postgres.log"
    first = house._start_or_recover(cluster, log_path=log_path)
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
        cursor.execute("CHECKPOINT")
        first.kill()
        first.wait()
    second = house._start_or_recover(cluster, log_path=log_path)
    try:
        with closing(cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT number FROM kept")
            assert cursor.fetchone() == (7,)
    finally:
        stop_server(second)
        house._close()
