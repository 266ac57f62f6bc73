"""`make setup`: builds once, costs nothing afterwards, builds again when a lock file changes."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wfm.launcher.state import CHECKOUT


@pytest.fixture
def checkout(tmp_path):
    """A checkout with empty lock files, so that nothing is downloaded."""
    (tmp_path / "tools").mkdir()
    shutil.copy(CHECKOUT / "tools" / "setup.py", tmp_path / "tools")
    (tmp_path / "requirements").mkdir()
    for name in ("bootstrap.txt", "test.txt"):
        (tmp_path / "requirements" / name).write_text("# nothing\n")
    (tmp_path / "locale").mkdir()
    return tmp_path


def set_up(checkout):
    return subprocess.run(
        [sys.executable, str(checkout / "tools" / "setup.py")],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_environment_is_built_once_per_lock_file(checkout):
    first = set_up(checkout)
    assert first.returncode == 0, first.stderr
    assert "Building .venv" in first.stdout
    assert "going on with pip" in first.stdout  # the empty bootstrap brings no uv
    assert (checkout / ".venv" / "bin" / "python").exists()

    assert set_up(checkout).stdout == ""

    (checkout / "requirements" / "test.txt").write_text("# something else\n")
    assert "Building .venv" in set_up(checkout).stdout


@pytest.mark.slow
def test_failed_installation_is_an_error_and_is_tried_again(checkout):
    (checkout / "requirements" / "test.txt").write_text("no-hash-here==1.0\n")

    for _ in range(2):
        done = set_up(checkout)
        assert done.returncode == 1
        assert "Set-up failed" in done.stderr


@pytest.fixture
def browser_tool(tmp_path, monkeypatch):
    """tools/browser.py on a machine without Chromium, fonts or a way to install them."""
    spec = importlib.util.spec_from_file_location("browser", CHECKOUT / "tools" / "browser.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CHROMIUM", tmp_path / "chromium")
    monkeypatch.setattr(module, "CHINESE_FONTS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return module


def test_missing_browser_names_the_command_and_fails(browser_tool, capsys):
    assert browser_tool.main() == 1
    assert "Run: sudo apt-get install chromium fonts-noto-cjk" in capsys.readouterr().err


def test_only_what_is_missing_is_installed(browser_tool, tmp_path, monkeypatch):
    """A stand-in for apt-get writes down what it was asked for."""
    log_path = tmp_path / "asked"
    apt_get = tmp_path / "apt-get"
    apt_get.write_text(f'#!/bin/sh\necho "$@" >> {log_path}\n')
    apt_get.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "chromium").touch()

    assert browser_tool.main() == 0
    assert log_path.read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends fonts-noto-cjk",
    ]


def test_step_tool_passes_the_failure_on():
    done = subprocess.run(
        [sys.executable, "tools/step.py", "types", sys.executable, "-c", "raise SystemExit(3)"],
        check=False,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )

    assert done.returncode == 3
    assert "── types: FAILED with code 3" in done.stdout


def test_ci_runs_the_developers_commands_and_stops_at_the_first_failure(tmp_path):
    """A stand-in for make fails at lint: the tests must not run."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(CHECKOUT / ".ci" / "run", tmp_path / ".ci" / "run")
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text('#!/bin/sh\necho "ran $1"\n[ "$1" != lint ]\n')
    make.chmod(0o755)

    done = subprocess.run(
        ["bash", ".ci/run"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{make.parent}{os.pathsep}{os.environ['PATH']}"},
    )

    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("ran ")] == [
        "ran setup",
        "ran lint",
    ]
    assert "FAILED after" in done.stdout


def test_lock_files_name_no_registry_and_hash_everything():
    for path in Path(CHECKOUT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, path
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in line and line.endswith("\\") for line in pins), path
