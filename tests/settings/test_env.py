"""What the environment says, and sentences where it says nonsense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wfm import env

CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLES = ("WFM_SECRET_KEY", "WFM_CONTACT_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def without_variables():
    return {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(("DJANGO_", "WFM_"))
    }


@pytest.mark.parametrize(
    "command", ["forecast_file", "staff_file", "solve_file", "solve_dayroster"]
)
def test_file_commands_need_no_environment(command):
    done = subprocess.run(
        [sys.executable, "manage.py", command, "--help"],
        cwd=CHECKOUT,
        env=without_variables(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "--out" in done.stdout


def test_a_server_without_environment_names_what_is_missing():
    done = subprocess.run(
        [sys.executable, "-c", "import wfm.wsgi"],
        cwd=CHECKOUT,
        env=without_variables(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    for name in VARIABLES:
        if name == "DATABASE_OWNER_URL":  # for migrations alone
            continue
        assert name in done.stderr
    assert "make demo" in done.stderr


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgresql://app:p%40ss@db.example:6432/wfm", "db.example", "6432", "wfm"),
        ("postgresql://app@/wfm?host=%2Frun%2Fwfm&port=5433", "/run/wfm", "5433", "wfm"),
        ("postgres://app@[::1]/wfm?sslmode=require", "::1", "", "wfm"),
    ],
)
def test_database_urls_are_understood(url, host, port, name):
    parsed = env.database_from_url(url)
    assert (parsed["HOST"], parsed["PORT"], parsed["NAME"]) == (host, port, name)


def test_a_password_may_hold_any_character():
    assert env.database_from_url("postgresql://app:p%40ss@h/d")["PASSWORD"] == "p@ss"


def test_other_databases_are_refused():
    with pytest.raises(env.BadEnvironmentError, match="No other database works"):
        env.database_from_url("sqlite:///wfm.db")


def test_nonsense_is_refused_with_its_name(monkeypatch):
    monkeypatch.setenv("WFM_TLS", "perhaps")
    monkeypatch.setenv("LIVE_PORT", "eighty")
    with pytest.raises(env.BadEnvironmentError, match="WFM_TLS is 'perhaps'"):
        env.env_bool("WFM_TLS", default=False)
    with pytest.raises(env.BadEnvironmentError, match="LIVE_PORT is 'eighty'"):
        env.env_int("LIVE_PORT", 1)
    with pytest.raises(env.BadEnvironmentError, match="NOT_THERE is not set"):
        env.env_text("NOT_THERE")


def test_plain_values_are_read(monkeypatch):
    monkeypatch.setenv("A_BOOL", "on")
    monkeypatch.setenv("AN_INT", "7")
    monkeypatch.setenv("A_LIST", "a, b,,c")
    assert env.env_bool("A_BOOL", default=False) is True
    assert env.env_bool("NOT_THERE", default=True) is True
    assert env.env_int("AN_INT", 1) == env.env_int("AN_INT", 1, minimum=7) == 7
    with pytest.raises(env.BadEnvironmentError, match="AN_INT is 7; expected 8 or more"):
        env.env_int("AN_INT", 1, minimum=8)
    assert env.env_int("NOT_THERE", 3) == 3
    assert env.env_list("A_LIST") == ["a", "b", "c"]
