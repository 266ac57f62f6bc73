"""The supervisor restarts what ends, with growing pauses, and stops in order."""

import signal
import subprocess
import sys
import time

import pytest

from tests.launcher.processes import is_alive, wait_until
from wfm.launcher.errors import LauncherError
from wfm.launcher.services import StopStep
from wfm.launcher.spawn import Child, start
from wfm.launcher.stopping import StopFlag, StopRequestedError
from wfm.launcher.supervisor import BackOff, Supervisor, Watched, run_to_end

SLEEP = "import time; time.sleep(600)"
TERMINATE = (StopStep(signal=signal.SIGTERM, seconds=5),)
QUICK = BackOff(first_seconds=0.05, longest_seconds=0.1, calm_seconds=60)


@pytest.fixture
def supervisor():
    made = Supervisor(stop=StopFlag(), back_off=QUICK)
    yield made
    made.stop_all(order=[["first", "second", "worker"]])


def watched(name="worker", code=SLEEP, *, stop_steps=TERMINATE, starts=None):
    def begin() -> subprocess.Popen:
        process = start(Child(argv=[sys.executable, "-c", code]))
        if starts is not None:
            starts.append(process)
        return process

    return Watched(name=name, start=begin, stop_steps=stop_steps)


def test_killed_process_is_started_again(supervisor, capsys):
    starts = []
    supervisor.add(watched(starts=starts))

    starts[0].kill()
    supervisor.watch_until(lambda: len(starts) == 2)

    assert starts[1].poll() is None
    assert "worker ended (signal SIGKILL); starting it again in 0.05 s." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failures", "pause_seconds"), [(1, 1.0), (2, 2.0), (4, 8.0), (6, 30.0), (400, 30.0)]
)
def test_pauses_double_up_to_a_limit(failures, pause_seconds):
    assert BackOff().wait_seconds(failures) == pause_seconds


def test_calm_time_forgets_earlier_failures(capsys):
    supervisor = Supervisor(stop=StopFlag(), back_off=BackOff(first_seconds=0.05, calm_seconds=0.0))
    starts = []
    supervisor.add(watched(code="raise SystemExit(3)", starts=starts))

    supervisor.watch_until(lambda: len(starts) == 4)
    supervisor.stop_all(order=[["worker"]])

    assert capsys.readouterr().err.count("(exit code 3); starting it again in 0.05 s.") == 3


def test_a_start_that_fails_is_tried_again(supervisor, capsys):
    """As PostgreSQL's after a crash; the third try works."""
    tries = []

    def begin():
        tries.append(len(tries))
        if len(tries) in {2, 3}:
            raise LauncherError("It does not answer.")
        return start(Child(argv=[sys.executable, "-c", SLEEP]))

    supervisor.add(Watched(name="worker", start=begin, stop_steps=TERMINATE))
    supervisor._watched[0].process.kill()
    supervisor.watch_until(lambda: len(tries) == 4)

    assert supervisor._watched[0].process.poll() is None
    assert supervisor._watched[0].failed_starts == 0
    said = capsys.readouterr().err
    assert "worker could not be started; again in 0.05 s. It does not answer." in said


def test_what_cannot_be_started_stops_everything_in_the_end(supervisor):
    def begin():
        if supervisor._watched:
            raise LauncherError("The disk is full.")
        return start(Child(argv=[sys.executable, "-c", "raise SystemExit(1)"]))

    supervisor.add(Watched(name="worker", start=begin, stop_steps=TERMINATE))

    with pytest.raises(LauncherError, match=r"could not be started 6 times.*\n.*disk is full"):
        supervisor.watch_until(lambda: False)


def test_groups_stop_one_after_the_other(supervisor, tmp_path):
    """The first process takes a while; the second group must wait for it."""
    code = """
import pathlib, signal, sys, time
def stop(number, frame):
    time.sleep({pause})
    with open({path!r}, "a") as log:
        log.write("{name} ")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
pathlib.Path({path!r} + ".{name}").touch()
time.sleep(600)
"""
    path = str(tmp_path / "order")
    for name, pause in (("first", 0.3), ("second", 0.0)):
        supervisor.add(watched(name, code.format(name=name, path=path, pause=pause)))
    supervisor.watch_until(lambda: len(list(tmp_path.glob("order.*"))) == 2)

    supervisor.stop_all(order=[["first"], ["second"]])

    assert (tmp_path / "order").read_text() == "first second "


def test_process_that_ignores_every_signal_is_killed_with_its_children(supervisor, tmp_path):
    starts = []
    child_path = tmp_path / "child"
    code = f"""
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
pathlib.Path({str(child_path)!r} + ".new").write_text(str(child.pid))
pathlib.Path({str(child_path)!r} + ".new").rename({str(child_path)!r})
time.sleep(600)
"""
    steps = (
        StopStep(signal=signal.SIGTERM, seconds=0.2),
        StopStep(signal=signal.SIGQUIT, seconds=0.2),
    )
    supervisor.add(watched(code=code, stop_steps=steps, starts=starts))
    supervisor.watch_until(child_path.exists)

    supervisor.stop_all(order=[["worker"]])

    assert starts[0].returncode == -signal.SIGKILL
    child_pid = int(child_path.read_text())
    wait_until(lambda: not is_alive(child_pid))


def test_stop_request_interrupts_watching_and_commands():
    stop = StopFlag()
    supervisor = Supervisor(stop=stop, back_off=QUICK)
    command = start(Child(argv=[sys.executable, "-c", SLEEP]))
    stop._note(signal.SIGINT, None)

    with pytest.raises(StopRequestedError):
        run_to_end(command, supervisor=supervisor, name="manage.py load_demo")

    assert command.returncode == -signal.SIGTERM


def test_second_request_shortens_the_waiting():
    stop = StopFlag()
    supervisor = Supervisor(stop=stop, back_off=QUICK)
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
    supervisor.add(watched(code=code, stop_steps=(StopStep(signal=signal.SIGTERM, seconds=60),)))
    time.sleep(0.3)
    for _ in range(2):
        stop._note(signal.SIGINT, None)
    began_at = time.monotonic()

    supervisor.stop_all(order=[["worker"]])

    assert time.monotonic() - began_at < 5


def test_failed_command_is_named(supervisor):
    command = start(Child(argv=[sys.executable, "-c", "raise SystemExit(4)"]))

    with pytest.raises(LauncherError, match=r"manage.py migrate failed \(exit code 4\)"):
        run_to_end(command, supervisor=supervisor, name="manage.py migrate")
