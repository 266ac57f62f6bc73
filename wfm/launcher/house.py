"""The whole house: servers first, then the database's tables, then pages and workers."""

import http.client
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NoReturn

from wfm.launcher import leftovers
from wfm.launcher.console import complain, say
from wfm.launcher.errors import LauncherError
from wfm.launcher.ports import HOST, LIVE_PORT, WEB_PORT, choose_port
from wfm.launcher.postgres import Cluster, create_cluster, last_lines, start_server
from wfm.launcher.postgres_roles import APP_ROLE, OWNER_ROLE
from wfm.launcher.services import (
    BROKER_STOP,
    POSTGRES_STOP,
    Service,
    demo_day_service,
    keeper_service,
    manage,
    web_services,
    worker_services,
)
from wfm.launcher.spawn import Child, server_identity, start
from wfm.launcher.state import (
    CHECKOUT,
    State,
    cluster_folder,
    describe_holder,
    lock_state,
    open_state,
    socket_folder,
    write_private,
)
from wfm.launcher.statics import static_files_changed
from wfm.launcher.stopping import StopFlag, StopRequestedError
from wfm.launcher.supervisor import Process, Supervisor, Watched, run_to_end
from wfm.launcher.valkey import new_broker, start_broker

POSTGRES = "PostgreSQL"
REDIS = "Redis"
FIRST_PAGE_SECONDS = 120.0
HOPELESS_FAILURES = 3
STOP_ORDER = (
    ("web", "live", "keeper", "demo-day"),
    ("worker-forecasts", "worker-solves", "worker-default"),
    ("beat",),
    (REDIS,),
    (POSTGRES,),
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person asked for."""

    loads_demo: bool


class House:
    """One running installation; `run` returns the exit code."""

    def __init__(self, *, state: State, lock: IO[str], environment: Mapping[str, str]) -> None:
        self._state = state
        self._lock = lock
        self._environment = dict(environment)
        self._stop = StopFlag()
        self._supervisor = Supervisor(stop=self._stop)

    def run(self, options: Options) -> int:
        """Start everything, stay until a stop is asked for, stop everything in order."""
        self._stop.listen()
        try:
            self._open(options)
            self._supervisor.watch_until(lambda: False)
        except StopRequestedError:
            say("\nStopping …")
        except LauncherError as error:
            complain(str(error))
            return 1
        finally:
            self._close()
        return 0

    def _open(self, options: Options) -> None:
        began_at = time.monotonic()
        cluster = self._describe_cluster()
        self._end_leftovers(cluster)  # one of them may still hold our ports
        web_port = choose_port("WFM_PORT", WEB_PORT, environment=self._environment)
        live_port = choose_port(
            "LIVE_PORT", LIVE_PORT, environment=self._environment, taken=[web_port]
        )
        url = f"http://{HOST}:{web_port}"
        describe_holder(self._lock, f"process {os.getpid()}, {url}")
        self._environment |= {
            leftovers.MARK: str(self._state.folder),
            "DJANGO_SETTINGS_MODULE": "wfm.settings",
            "LIVE_PORT": str(live_port),
            "PYTHONUNBUFFERED": "1",
            "WFM_PORT": str(web_port),
            "WFM_STATE_DIR": str(self._state.folder),
        }
        if not self._environment.get("WFM_SECRET_KEY"):
            self._environment["WFM_SECRET_KEY"] = self._state.secret_key()
        if not self._environment.get("WFM_CONTACT_KEY"):
            self._environment["WFM_CONTACT_KEY"] = self._state.contact_key()
        self._start_servers(cluster)
        write_private(self._state.environment_path, json.dumps(self._environment))
        self._prepare()
        self._start_application(web_port=web_port, live_port=live_port)
        if options.loads_demo:
            say(f"{url} is open. Loading or extending the demo operation …")
            self._command("load_demo", shows_output=True)
            self._watch(demo_day_service(self._state, environment=self._application_environment()))
        seconds = time.monotonic() - began_at
        say(f"\n{url} answers (started in {seconds:.0f} s). Ctrl-C stops everything.")

    def _describe_cluster(self) -> Cluster | None:
        if self._environment.get("DATABASE_URL"):
            return None
        identity = server_identity()
        return Cluster(
            folder=cluster_folder(self._state, identity=identity),
            socket_folder=socket_folder(self._state, identity=identity),
            identity=identity,
        )

    def _end_leftovers(self, cluster: Cluster | None) -> None:
        leftovers.end_leftovers(
            state_folder=self._state.folder,
            broker_folder=self._state.broker_folder,
            data_folder=cluster.data_folder if cluster is not None else None,
            patience=leftovers.Patience(),
            sleep=self._stop.sleep,
        )

    def _start_servers(self, cluster: Cluster | None) -> None:
        if cluster is not None:
            self._start_postgres(cluster)
        else:
            say("Using the PostgreSQL of DATABASE_URL.")
        if self._environment.get("REDIS_URL"):
            say("Using the Redis of REDIS_URL.")
        else:
            self._start_redis()

    def _start_postgres(self, cluster: Cluster) -> None:
        if not cluster.folder.exists():
            say("Creating the PostgreSQL data folder …")
            create_cluster(cluster)
        log_path = self._state.log_path("postgres")
        self._supervisor.add(
            Watched(
                name=POSTGRES,
                start=partial(self._start_or_recover, cluster, log_path=log_path),
                stop_steps=POSTGRES_STOP,
                log_path=log_path,
            )
        )
        self._environment["DATABASE_URL"] = cluster.url(role=APP_ROLE)
        self._environment["DATABASE_OWNER_URL"] = cluster.url(role=OWNER_ROLE)

    def _start_or_recover(self, cluster: Cluster, *, log_path: Path) -> Process:
        """Start the server; after a crash once the last of its processes has gone.

        They notice by themselves that their postmaster is gone, but one in the middle of a query
        only at its end, and a second server must not meet it.
        """
        leftovers.end_leftovers(
            state_folder=None,
            broker_folder=None,
            data_folder=cluster.data_folder,
            patience=leftovers.Patience(),
            sleep=self._stop.sleep,
        )
        return start_server(cluster, log_path=log_path)

    def _start_redis(self) -> None:
        broker = new_broker(self._state.broker_folder, keeps_data=True)
        log_path = self._state.log_path("valkey")
        self._supervisor.add(
            Watched(
                name=REDIS,
                start=lambda: start_broker(broker, log_path=log_path),
                stop_steps=BROKER_STOP,
                log_path=log_path,
            )
        )
        self._environment["REDIS_URL"] = broker.url()

    def _prepare(self) -> None:
        self._command("prepare_database")
        stamp = static_files_changed(self._state)
        if stamp is not None:
            self._command("collectstatic", "--noinput", "--clear")
            stamp.write()

    def _application_environment(self) -> dict[str, str]:
        """Only migrations are the owner's work: pages and workers never learn its password."""
        return {
            name: value for name, value in self._environment.items() if name != "DATABASE_OWNER_URL"
        }

    def _watch(self, service: Service) -> None:
        self._supervisor.add(
            Watched(
                name=service.name,
                start=partial(start, service.child),
                stop_steps=service.stop_steps,
                log_path=service.child.log_path,
            )
        )

    def _start_application(self, *, web_port: int, live_port: int) -> None:
        environment = self._application_environment()
        services = [
            *web_services(
                self._state, environment=environment, web_port=web_port, live_port=live_port
            ),
            keeper_service(self._state, environment=environment),
            *worker_services(self._state, environment=environment),
        ]
        for service in services:
            self._watch(service)
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        self._supervisor.watch_until(
            lambda: (
                _answers(web_port)
                or self._supervisor.failures("web") >= HOPELESS_FAILURES
                or time.monotonic() > deadline
            )
        )
        if not _answers(web_port):
            msg = f"The pages do not answer.\n{last_lines(self._state.log_path('web'))}"
            raise LauncherError(msg)

    def _command(self, *arguments: str, shows_output: bool = False) -> None:
        """Run a management command to its end while everything else is watched."""
        log_path = None if shows_output else self._state.log_path(arguments[0])
        process = start(
            Child(
                argv=manage(*arguments),
                env=self._environment,
                log_path=log_path,
                shows_output=shows_output,
                cwd=CHECKOUT,
            )
        )
        try:
            run_to_end(process, supervisor=self._supervisor, name=f"manage.py {arguments[0]}")
        except LauncherError as error:
            detail = f"\n{last_lines(log_path)}" if log_path and process.returncode else ""
            raise LauncherError(f"{error}{detail}") from error

    def _close(self) -> None:
        self._supervisor.stop_all(order=STOP_ORDER)
        self._state.environment_path.unlink(missing_ok=True)
        self._lock.close()


def open_house(environment: Mapping[str, str]) -> House:
    """Take the state folder for this process."""
    state = open_state(environment)
    return House(state=state, lock=lock_state(state), environment=environment)


def become_management_command(arguments: list[str], *, environment: Mapping[str, str]) -> NoReturn:
    """Become manage.py with the variables of the running launcher."""
    state = open_state(environment)
    try:
        running = json.loads(state.environment_path.read_text())
    except FileNotFoundError as error:
        msg = f"Nothing runs with {state.folder}. Start `make run` or `make demo` first."
        raise LauncherError(msg) from error
    del running[leftovers.MARK]  # else the next start would take it for a leftover
    os.execve(sys.executable, manage(*arguments), running)  # noqa: S606 - no shell is wanted


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
