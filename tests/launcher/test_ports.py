"""Ports: the usual one, the next free one, or the one that was asked for."""

import socket

import pytest

from wfm.launcher.errors import LauncherError
from wfm.launcher.ports import HOST, choose_port, is_free
from wfm.launcher.valkey import free_port


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_usual_port_is_used_when_free():
    port = free_port()

    assert choose_port("WFM_PORT", port, environment={}) == port


def test_next_free_port_is_announced(taken_port, capsys):
    chosen = choose_port("WFM_PORT", taken_port, environment={})

    assert chosen > taken_port
    assert is_free(chosen)
    said = capsys.readouterr().out
    assert said == f"Port {taken_port} is taken; using {chosen}. Set WFM_PORT to choose another.\n"


def test_port_chosen_for_something_else_is_not_used_twice():
    port = free_port()

    assert choose_port("LIVE_PORT", port, environment={}, taken=[port]) != port


def test_asked_for_port_that_is_taken_is_refused_with_the_cure(taken_port):
    with pytest.raises(LauncherError, match=rf"Port {taken_port} \(WFM_PORT\) is taken.*free port"):
        choose_port("WFM_PORT", 8000, environment={"WFM_PORT": str(taken_port)})


@pytest.mark.parametrize("nonsense", ["http", "0", "65536", "-1", "80.5"])
def test_nonsense_is_refused(nonsense):
    with pytest.raises(LauncherError, match="expected a port from 1 to 65535"):
        choose_port("WFM_PORT", 8000, environment={"WFM_PORT": nonsense})
