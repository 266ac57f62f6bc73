"""What runs beside the two servers: pages, live events, the keeper, three worker pools, beat."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from wfm.launcher.ports import HOST
from wfm.launcher.spawn import Child
from wfm.launcher.state import CHECKOUT, State

WEB_THREADS = 4
WEB_KILL_SECONDS = 3


@dataclass(frozen=True, kw_only=True)
class StopStep:
    """A signal, and how long the process may take to obey it."""

    signal: signal.Signals
    seconds: float


WEB_STOP = (StopStep(signal=signal.SIGTERM, seconds=6),)
# Warm, then cold: a job that is cut off is resumed by its lease at the next start.
WORKER_STOP = (
    StopStep(signal=signal.SIGTERM, seconds=5),
    StopStep(signal=signal.SIGQUIT, seconds=5),
)
# Without the launcher Redis is gone as well, and a worker told to stop would wait for it in vain.
WORKER_DEATH = signal.SIGKILL
BROKER_STOP = (StopStep(signal=signal.SIGTERM, seconds=20),)
POSTGRES_STOP = (
    StopStep(signal=signal.SIGINT, seconds=30),
    StopStep(signal=signal.SIGQUIT, seconds=15),
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process that is restarted when it ends by itself."""

    name: str
    child: Child
    stop_steps: tuple[StopStep, ...]


def web_services(
    state: State, *, environment: Mapping[str, str], web_port: int, live_port: int
) -> list[Service]:
    """Return the pages (WSGI) and the live events (ASGI), two processes."""
    return [
        _service(
            state,
            name="web",
            argv=_granian(
                "wsgi", "wfm.wsgi:application", web_port, "--blocking-threads", str(WEB_THREADS)
            ),
            environment=environment,
            stop_steps=WEB_STOP,
            death_signal=signal.SIGTERM,
        ),
        _service(
            state,
            name="live",
            argv=_granian("asgi", "wfm.asgi:application", live_port),
            environment=environment,
            stop_steps=WEB_STOP,
            death_signal=signal.SIGTERM,
        ),
    ]


def keeper_service(state: State, *, environment: Mapping[str, str]) -> Service:
    """Return the keeper of the live rows; a second one would wait in line."""
    return _service(
        state,
        name="keeper",
        argv=manage("keep_live"),
        environment=environment,
        stop_steps=WEB_STOP,
        death_signal=signal.SIGTERM,
    )


def worker_services(state: State, *, environment: dict[str, str]) -> list[Service]:
    """Return the worker pools and beat; beat's own worker does the sweeping."""
    pools = {
        "forecasts": ["--pool=prefork", "-c", "1"],
        "solves": ["--pool=prefork", "-c", "1"],
        "default": ["--pool=threads", "-c", "4"],
    }
    workers = [
        _service(
            state,
            name=f"worker-{queue}",
            argv=_celery_worker(queue, *options),
            environment=environment,
            stop_steps=WORKER_STOP,
            death_signal=WORKER_DEATH,
        )
        for queue, options in pools.items()
    ]
    beat = _service(
        state,
        name="beat",
        argv=_celery_worker("control", "--pool=threads", "-c", "2", "-B"),
        # It works every few seconds: one line each would fill the log.
        environment={"WFM_LOG_LEVEL": "WARNING"} | environment,
        stop_steps=WORKER_STOP,
        death_signal=WORKER_DEATH,
    )
    return [*workers, beat]


def demo_day_service(state: State, *, environment: Mapping[str, str]) -> Service:
    """Return the simulated day of the demo operation: it goes on while the house is open."""
    return _service(
        state,
        name="demo-day",
        argv=manage("demo_day"),
        environment=environment,
        stop_steps=WEB_STOP,
        death_signal=signal.SIGTERM,
    )


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(CHECKOUT / "manage.py"), *arguments]


def _service(
    state: State,
    *,
    name: str,
    argv: list[str],
    environment: Mapping[str, str],
    stop_steps: tuple[StopStep, ...],
    death_signal: signal.Signals,
) -> Service:
    return Service(
        name=name,
        child=Child(
            argv=argv,
            env=environment,
            log_path=state.log_path(name),
            death_signal=death_signal,
            cwd=CHECKOUT,
        ),
        stop_steps=stop_steps,
    )


def _granian(interface: str, application: str, port: int, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", interface),
        *("--host", HOST, "--port", str(port), "--workers", "1", "--no-ws"),
        # A worker that is told to stop while it starts does not hear it.
        *("--workers-kill-timeout", str(WEB_KILL_SECONDS)),
        *(*options, application),
    ]


def _celery_worker(queue: str, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "wfm", "worker"),
        *("-Q", queue, "-n", f"{queue}@%h", "--loglevel=INFO"),
        *("--without-gossip", "--without-mingle", *options),
    ]
