"""The embedded servers of one test run, and the kept copy of the migrated template."""

import fcntl
import hashlib
import os
import shutil
import signal
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from tests.services.urls import TEMPLATE_DATABASE
from wfm.launcher.postgres import (
    Cluster,
    create_cluster,
    make_private_folder,
    start_server,
    stop_server,
)
from wfm.launcher.postgres_roles import APP_ROLE, OWNER_ROLE
from wfm.launcher.spawn import Identity, server_identity
from wfm.launcher.valkey import new_broker, start_broker, stop_broker

CHECKOUT = Path(__file__).resolve().parent.parent.parent
FOLDER_PREFIX = "wfm-test-"
# What shapes the migrated template, relative to the checkout.
TEMPLATE_SOURCES = (
    "*/migrations/*.py",
    "wfm/*/migrations/*.py",
    "*/models.py",
    "*/models/**/*.py",
    "wfm/*/models.py",
    "wfm/*/models/**/*.py",
    "wfm/org/**/*.py",
    "wfm/jobs/**/*.py",
    "*/apps.py",
    "wfm/*/apps.py",
    "wfm/settings*.py",
    "wfm/launcher/postgres*.py",
    "requirements/test.txt",
    "tests/services/*.py",
)


class Services:
    """The servers of one test run and their folder."""

    def __init__(self) -> None:
        _remove_folders_of_killed_runs()
        # Under its final name the folder is locked from the first moment: another run that starts
        # now takes it for nobody's otherwise.
        unlocked = Path(tempfile.mkdtemp(prefix="wfm-new-"))
        self._lock = _locked(unlocked / "lock")
        self.folder = unlocked.rename(
            unlocked.with_name(unlocked.name.replace("wfm-new-", FOLDER_PREFIX))
        )
        self._cluster: Cluster | None = None
        self._stops: list = []

    def start(self, *, use_cache: bool, is_durable: bool = False) -> None:
        """Start both servers and export their URLs; durable ones sync to disk as in production."""
        identity = server_identity()
        if identity is Identity.NOBODY:
            self.folder.chmod(0o711)
        cluster = Cluster(
            folder=self.folder / "postgres",
            socket_folder=self.folder / "socket",
            identity=identity,
            is_for_tests=True,
        )
        self._cluster = cluster
        make_private_folder(cluster.socket_folder, identity=identity)
        _fill(cluster, use_cache=use_cache)
        server = start_server(
            replace(cluster, is_for_tests=not is_durable),
            log_path=self.folder / "postgres.log",
            death_signal=signal.SIGQUIT,
        )
        self._stops.append(lambda: stop_server(server))
        broker = new_broker(self.folder / "valkey", keeps_data=False)
        broker_process = start_broker(
            broker, log_path=self.folder / "valkey.log", death_signal=signal.SIGKILL
        )
        self._stops.append(lambda: stop_broker(broker_process))
        os.environ["DATABASE_URL"] = cluster.url(role=APP_ROLE)
        os.environ["DATABASE_OWNER_URL"] = cluster.url(role=OWNER_ROLE)
        os.environ["REDIS_URL"] = broker.url()

    def stop(self) -> None:
        """Stop the servers, keep a new template, remove the folder."""
        key_path = self.folder / "template-made"
        if self._cluster is not None and key_path.exists():
            _drop_test_databases(self._cluster)
        for stop in reversed(self._stops):
            stop()
        if self._cluster is not None and key_path.exists():
            _keep(self._cluster, key=key_path.read_text())
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _cache_folder() -> Path:
    return CHECKOUT / ".pytest_cache" / "wfm-postgres"


def _fill(cluster: Cluster, *, use_cache: bool) -> None:
    """Copy the kept cluster with its migrated template, or make an empty one."""
    kept = _cache_folder() / template_key()
    # Files of nobody cannot be copied back without losing their owner.
    if use_cache and cluster.identity is not Identity.NOBODY and kept.is_dir():
        with suppress(OSError, shutil.Error):  # another run may be replacing it just now
            shutil.copytree(kept, cluster.folder, symlinks=True)
            return
        shutil.rmtree(cluster.folder, ignore_errors=True)
    create_cluster(cluster)


def _keep(cluster: Cluster, *, key: str) -> None:
    """Move the stopped cluster into the cache, as the only one there."""
    if cluster.identity is Identity.NOBODY or key != template_key():
        return
    cache = _cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    side = Path(tempfile.mkdtemp(prefix="new-", dir=cache))
    shutil.copytree(cluster.folder, side / "cluster", symlinks=True)
    with suppress(OSError):  # another run was first
        (side / "cluster").rename(cache / key)
    shutil.rmtree(side, ignore_errors=True)
    for stale in sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime)[:-3]:
        shutil.rmtree(stale, ignore_errors=True)


def _drop_test_databases(cluster: Cluster) -> None:
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'wfm_test_%%' AND datname <> %s",
            [TEMPLATE_DATABASE],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _remove_folders_of_killed_runs() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):  # in use, another user's, or just removed by another run
            if folder.stat().st_uid == os.geteuid():
                with _locked(folder / "lock"):
                    shutil.rmtree(folder, ignore_errors=True)


def _locked(path: Path):
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock


def template_key() -> str:
    """Return a hash of everything that shapes the migrated template."""
    digest = hashlib.sha256()
    for path in sorted({path for glob in TEMPLATE_SOURCES for path in CHECKOUT.glob(glob)}):
        if ".venv" not in path.parts:
            digest.update(str(path.relative_to(CHECKOUT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
