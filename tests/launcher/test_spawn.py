"""Children never outlive the launcher, and never run as root where they must not."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.launcher.processes import is_alive, wait_until
from wfm.launcher.errors import LauncherError
from wfm.launcher.spawn import Child, Identity, server_identity, start

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.mark.parametrize("identity", [Identity.SAME, server_identity()])
def test_child_dies_with_a_killed_launcher(identity):
    code = f"""
        import time
        from wfm.launcher.spawn import Child, Identity, start
        child = start(Child(argv={SLEEP!r}, identity=Identity[{identity.name!r}]))
        print(child.pid, flush=True)
        time.sleep(600)
    """
    launcher = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    child_pid = int(launcher.stdout.readline())
    assert is_alive(child_pid)

    launcher.kill()
    launcher.wait()
    launcher.stdout.close()

    wait_until(lambda: not is_alive(child_pid))


def test_interrupt_of_the_terminal_reaches_the_launcher_alone():
    child = start(Child(argv=SLEEP))
    try:
        assert os.getpgid(child.pid) == child.pid
        assert os.getsid(child.pid) != os.getsid(0)
    finally:
        child.kill()
        child.wait()


def test_output_is_appended_to_the_log(tmp_path):
    log_path = tmp_path / "child.log"
    for word in ("first", "second"):
        child = Child(argv=["/bin/sh", "-c", f"echo {word}; echo {word} >&2"], log_path=log_path)
        assert start(child).wait() == 0

    assert log_path.read_text().split() == ["first", "first", "second", "second"]


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to become somebody else.")
@pytest.mark.parametrize("identity", [server_identity(), Identity.NOBODY])
def test_server_of_root_is_not_root(tmp_path, identity):
    log_path = tmp_path / "child.log"
    code = "import os; print(os.geteuid()); open('/etc/shadow')"

    exit_code = start(
        Child(argv=["/usr/bin/env", "python3", "-c", code], log_path=log_path, identity=identity)
    ).wait()

    assert int(log_path.read_text().split()[0]) != 0
    if identity is Identity.NOBODY:
        assert exit_code == 1
        assert "PermissionError" in log_path.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to become somebody else.")
def test_machine_without_namespaces_falls_back_to_nobody(monkeypatch):
    """A container that refuses namespaces; here the kernel refuses a flag that does not exist."""
    monkeypatch.setattr("wfm.launcher.spawn._CLONE_NEWUSER", 0x1)

    assert server_identity() is Identity.NOBODY


def test_machine_without_ordinary_users_is_explained(monkeypatch):
    monkeypatch.setattr("pwd.getpwall", list)

    with pytest.raises(LauncherError, match="knows no user but root"):
        start(Child(argv=["/bin/true"], identity=Identity.NAMESPACE))


def test_machine_without_nobody_is_explained(monkeypatch):
    monkeypatch.setattr("pwd.getpwnam", {}.__getitem__)

    with pytest.raises(LauncherError, match="has no user nobody"):
        start(Child(argv=["/bin/true"], identity=Identity.NOBODY))


def test_death_signal_can_be_chosen(tmp_path):
    """PostgreSQL gets SIGINT, its fast shutdown; here a child writes down what it got."""
    seen_path = tmp_path / "seen"
    child_code = f"""
        import pathlib, signal, sys, time
        def note(number, frame):
            pathlib.Path({str(seen_path)!r}).write_text(signal.Signals(number).name)
            sys.exit()
        signal.signal(signal.SIGINT, note)
        print("ready", flush=True)
        time.sleep(600)
    """
    launcher_code = f"""
        import signal, sys, time
        from wfm.launcher.spawn import Child, start
        argv = [sys.executable, "-c", {textwrap.dedent(child_code)!r}]
        start(Child(argv=argv, shows_output=True, death_signal=signal.SIGINT))
        time.sleep(600)
    """
    launcher = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(launcher_code)], stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout.readline() == "ready\n"

    launcher.kill()
    launcher.wait()
    launcher.stdout.close()

    wait_until(seen_path.exists)
    wait_until(lambda: seen_path.read_text() == signal.SIGINT.name)
