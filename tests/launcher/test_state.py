"""The state folder: private, locked by one launcher, with a lasting secret key."""

import os
import stat
import subprocess
import sys

import pytest

from wfm.launcher.errors import LauncherError
from wfm.launcher.spawn import Identity
from wfm.launcher.state import (
    LARGEST_LOG_BYTES,
    LONGEST_SOCKET_PATH,
    cluster_folder,
    describe_holder,
    lock_state,
    open_state,
    socket_folder,
)


@pytest.fixture
def state(tmp_path):
    return open_state({"WFM_STATE_DIR": str(tmp_path / "state")})


def test_folder_and_secret_key_are_private_and_last(state):
    key = state.secret_key()

    assert len(key) >= 50
    assert state.secret_key() == key
    for path, mode in ((state.folder, 0o700), (state.folder / "secret-key", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_second_launcher_is_refused_with_the_first_ones_address(state):
    with lock_state(state) as lock:
        describe_holder(lock, "process 4711, http://127.0.0.1:8000")

        with pytest.raises(
            LauncherError, match=r"process 4711, http://127.0.0.1:8000\. Stop it with Ctrl-C"
        ):
            lock_state(state)


def test_lock_is_free_again_after_a_kill(state):
    code = (
        "import os, signal; from wfm.launcher.state import lock_state, open_state; "
        "lock = lock_state(open_state(os.environ)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=os.environ | {"WFM_STATE_DIR": str(state.folder)},
    )
    assert killed.returncode == -9

    lock_state(state).close()


def test_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(LauncherError, match="Set WFM_STATE_DIR to a folder of your own"):
        open_state({"WFM_STATE_DIR": str(tmp_path / "file" / "state")})


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can make folders of others.")
def test_folder_of_somebody_else_is_refused(tmp_path):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    os.chown(foreign, 65534, 65534)

    with pytest.raises(LauncherError, match="cannot be used by this user"):
        open_state({"WFM_STATE_DIR": str(foreign)})


def test_long_path_gets_a_short_socket_folder(tmp_path):
    state = open_state({"WFM_STATE_DIR": str(tmp_path / ("long" * 30))})

    chosen = socket_folder(state, identity=Identity.SAME)
    try:
        assert len(str(chosen / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(chosen.stat().st_mode) == 0o700
        assert socket_folder(state, identity=Identity.SAME) == chosen
    finally:
        chosen.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can make folders of others.")
def test_socket_folder_that_somebody_else_made_is_refused(tmp_path):
    """In /tmp anybody could have made it first, and answer there as if he were our server."""
    state = open_state({"WFM_STATE_DIR": str(tmp_path / ("long" * 30))})
    chosen = socket_folder(state, identity=Identity.SAME)
    try:
        os.chown(chosen, 65534, 65534)
        with pytest.raises(LauncherError, match="belongs to somebody else"):
            socket_folder(state, identity=Identity.SAME)
    finally:
        chosen.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to run servers as nobody.")
def test_data_of_nobody_lie_outside_and_are_found_again(state):
    chosen = cluster_folder(state, identity=Identity.NOBODY)
    try:
        assert chosen.parent.stat().st_uid == 65534
        assert chosen.is_relative_to("/var")
        assert cluster_folder(state, identity=Identity.NOBODY) == chosen
    finally:
        chosen.parent.rmdir()


def test_large_log_of_earlier_starts_is_put_aside(state):
    path = state.logs_folder / "web.log"
    with path.open("wb") as log:
        log.truncate(LARGEST_LOG_BYTES + 1)

    assert state.log_path("web") == path
    assert not path.exists()
    assert path.with_suffix(".log.1").stat().st_size == LARGEST_LOG_BYTES + 1
