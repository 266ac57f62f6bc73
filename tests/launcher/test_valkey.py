"""The embedded Redis server: protected, and its queue outlives every end."""

from pathlib import Path

import pytest
import redis

from wfm.launcher.errors import LauncherError
from wfm.launcher.valkey import Broker, new_broker, start_broker, stop_broker


@pytest.fixture
def log_path(folder):
    return folder / "valkey.log"


def test_password_is_needed(folder, log_path):
    broker = new_broker(folder / "valkey", keeps_data=False)
    server = start_broker(broker, log_path=log_path)
    try:
        with redis.Redis(port=broker.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(broker.url(database=5)) as client:
            assert client.ping() is True
    finally:
        stop_broker(server)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_entries_survive(folder, log_path, end):
    broker = new_broker(folder / "valkey", keeps_data=True)
    server = start_broker(broker, log_path=log_path)
    with redis.Redis.from_url(broker.url()) as client:
        client.rpush("solves", "job 7")
        client.execute_command("WAITAOF", 1, 0, 5000)  # synced, as it is within a second anyway
    if end == "kill":
        server.kill()
        server.wait()
    else:
        stop_broker(server)
        assert server.returncode == 0

    again = new_broker(folder / "valkey", keeps_data=True)
    server = start_broker(again, log_path=log_path)
    try:
        with redis.Redis.from_url(again.url()) as client:
            assert client.lrange("solves", 0, -1) == [b"job 7"]
    finally:
        stop_broker(server)


def test_password_is_not_in_the_process_list(folder, log_path):
    broker = new_broker(folder / "valkey", keeps_data=False)
    server = start_broker(broker, log_path=log_path)
    try:
        assert broker.password not in Path(f"/proc/{server.pid}/cmdline").read_text()
    finally:
        stop_broker(server)


def test_taken_port_is_an_error_with_the_place_of_the_log(folder, log_path):
    first = new_broker(folder / "first", keeps_data=False)
    server = start_broker(first, log_path=log_path)
    try:
        second = Broker(
            folder=folder / "second", port=first.port, password="other", keeps_data=False
        )
        with pytest.raises(LauncherError, match=r"see .*second\.log"):
            start_broker(second, log_path=folder / "second.log")
    finally:
        stop_broker(server)
