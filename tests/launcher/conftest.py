"""Folders with short paths, and clusters that end with their test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wfm.launcher.postgres import Cluster, make_private_folder, start_server, stop_server
from wfm.launcher.spawn import Identity, server_identity


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder whose path is short enough for a Unix socket."""
    made = Path(tempfile.mkdtemp(prefix="wfm-launcher-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def make_cluster(folder) -> Callable[..., Cluster]:
    """Return a function that describes a cluster in the test's folder."""

    def make(*, identity: Identity | None = None, is_durable: bool = False) -> Cluster:
        identity = identity or server_identity()
        if identity is Identity.NOBODY:
            folder.chmod(0o711)
        cluster = Cluster(
            folder=folder / "postgres",
            socket_folder=folder / "socket",
            identity=identity,
            is_for_tests=not is_durable,
        )
        make_private_folder(cluster.socket_folder, identity=identity)
        return cluster

    return make


@pytest.fixture
def start_postgres(folder) -> Iterator[Callable[[Cluster], subprocess.Popen]]:
    """Return a function that starts a cluster's server; all end with the test."""
    started = []

    def start(cluster: Cluster) -> subprocess.Popen:
        server = start_server(cluster, log_path=folder / "postgres.log")
        started.append(server)
        return server

    yield start
    for server in started:
        stop_server(server)


def possible_identities() -> list[Identity]:
    """Return how PostgreSQL can run here."""
    if os.geteuid() != 0:
        return [Identity.SAME]
    return list(dict.fromkeys([server_identity(), Identity.NOBODY]))
