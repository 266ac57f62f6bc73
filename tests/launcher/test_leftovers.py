"""Leftovers are recognized by what they are; everything else is left alone."""

import os
import subprocess
import sys

import pytest

from wfm.launcher.leftovers import MARK, Patience, end_leftovers, find_leftovers

SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
QUICK = Patience(alone_seconds=0.1, after_signal_seconds=0.5)


@pytest.fixture
def run_python():
    started = []

    def run(code=SLEEP, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **options
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def end(folder):
    end_leftovers(
        state_folder=folder, broker_folder=folder / "valkey", data_folder=None, patience=QUICK
    )


def test_only_processes_of_this_state_folder_are_ended(run_python, tmp_path, capsys):
    ours = run_python(env=os.environ | {MARK: str(tmp_path)})
    of_another_folder = run_python(env=os.environ | {MARK: f"{tmp_path}-other"})
    unmarked = run_python()

    end(tmp_path)

    assert ours.wait(5) != 0
    assert of_another_folder.poll() is None
    assert unmarked.poll() is None
    assert f"({ours.pid})" in capsys.readouterr().out


def test_grandchildren_are_found_too(run_python, tmp_path):
    """A killed worker's pool processes have no parent of ours any more."""
    code = (
        "import subprocess, sys; "
        f"print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid, flush=True)"
    )
    parent = run_python(code, env=os.environ | {MARK: str(tmp_path)})
    orphan_pid = int(parent.stdout.readline())
    parent.wait()
    found = find_leftovers(state_folder=tmp_path, server_folders=[])
    assert [process.pid for process in found] == [orphan_pid]

    end(tmp_path)

    assert find_leftovers(state_folder=tmp_path, server_folders=[]) == []


def test_process_that_ignores_terminate_is_killed(run_python, tmp_path):
    deaf = run_python(DEAF, env=os.environ | {MARK: str(tmp_path)})
    assert deaf.stdout.readline() == "deaf\n"

    end(tmp_path)

    assert deaf.wait(5) != 0


def test_process_that_ends_by_itself_gets_no_signal(run_python, tmp_path):
    code = "import time; time.sleep(0.5)"
    process = run_python(code, env=os.environ | {MARK: str(tmp_path)})

    end_leftovers(
        state_folder=tmp_path, broker_folder=tmp_path, data_folder=None, patience=Patience()
    )

    assert process.wait(5) == 0
