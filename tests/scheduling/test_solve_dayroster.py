"""The command: its result, exit codes and manners; the shared instances under the shared checker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scheduling.dayroster.cases import file_text
from tests.scheduling.dayroster.roster_checker import broken_rules, penalty

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared"
INSTANCES = SHARED / "data" / "scheduling" / "curtois"
SLACK_SECONDS = 12.0  # two on an idle machine; tests run on busy ones


def start(instance, out, *options):
    return subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "solve_dayroster",
            str(instance),
            "--out",
            str(out),
            *options,
        ],
        cwd=CHECKOUT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def team_text(*, people=6, days=14, shifts=2, need=2, least=1920):
    """People who can all work, and a need that they cannot quite meet."""
    names = [f"S{number}" for number in range(shifts)]
    return file_text(
        days=days,
        shifts=[f"{name},480,{'|'.join(names[:n])}" for n, name in enumerate(names)],
        staff=[f"P{n},S0={days},{least + 960},{least},5,2,2,{days // 14}" for n in range(people)],
        on=[f"P{n},{n % days},S0,2" for n in range(people)],
        cover=[f"{day},{name},{need},100,1" for day in range(days) for name in names],
    )


@pytest.fixture
def team(tmp_path):
    path = tmp_path / "team.txt"
    path.write_text(team_text())
    return path


@pytest.fixture(scope="module")
def compiled():
    """What set-up does: a solve of few seconds does not spend them on compiling changed loops."""
    subprocess.run([sys.executable, "tools/warm.py"], cwd=CHECKOUT, env=os.environ, check=True)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_result_is_legal_priced_right_and_bounded(team, tmp_path, threads):
    out = tmp_path / "out.json"
    process = start(team, out, "--seconds", "20", "--seed", "3", "--threads", threads)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    document = json.loads(out.read_text())
    assert set(document) == {"assignments", "penalty", "lower_bound", "status", "seconds"}
    assert broken_rules(team.read_text(), document["assignments"]) == set()
    assert document["penalty"] == penalty(team.read_text(), document["assignments"])
    assert document["lower_bound"] <= document["penalty"]
    is_equal = document["lower_bound"] == document["penalty"]
    assert document["status"] == ("optimal" if is_equal else "feasible")
    assert not list(tmp_path.glob(".*.json.*"))


def test_where_someone_has_no_legal_tour_the_command_names_them_and_ends_with_3(team, tmp_path):
    out = tmp_path / "out.json"
    lines = team.read_text().replace("P4,S0=14,2880,1920,5,", "P4,S0=14,9600,9600,1,")
    team.write_text(lines)
    process = start(team, out, "--seconds", "60")
    process.communicate(timeout=120)
    document = json.loads(out.read_text())
    assert process.returncode == 3
    assert (document["status"], document["assignments"]) == ("infeasible", {})
    assert document["reason"].startswith("P4 has no legal tour")


def test_without_a_roster_in_time_the_command_ends_with_4(tmp_path):
    instance, out = tmp_path / "year.txt", tmp_path / "out.json"
    instance.write_text(team_text(people=400, days=364, shifts=8, least=110_000))
    process = start(instance, out, "--seconds", "0.2")
    process.communicate(timeout=120)
    document = json.loads(out.read_text())
    assert process.returncode == 4
    assert (document["status"], document["penalty"]) == ("no_solution", None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("P0,S0=14", "P0,S9=14"), "expected limits such as E=14|L=0 of known shifts, got 'S9=14'"),
        (("SECTION_COVER", "SECTION_CAVER"), "got 'SECTION_CAVER'"),
        (
            ("5,2,2,1", "5,2,2,some"),
            "the most weekends as a whole number of at least 0, got 'some'",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_a_sentence(team, tmp_path, change, sentence):
    team.write_text(team.read_text().replace(*change, 1))
    process = start(team, tmp_path / "out.json", "--seconds", "5")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "team.txt" in errors
    assert sentence in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--seconds", "0"), "Expected --seconds above 0, got 0.0."),
        (("--seconds", "5", "--threads", "0"), "Expected --threads of at least 1, got 0."),
        (("--seconds", "5", "--seed", "-1"), "Expected --seed of at least 0, got -1."),
    ],
)
def test_options_that_make_no_sense_are_refused(team, tmp_path, options, sentence):
    process = start(team, tmp_path / "out.json", *options)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert sentence in errors


def test_a_folder_that_is_not_there_is_refused_before_solving(team, tmp_path):
    process = start(team, tmp_path / "none" / "out.json", "--seconds", "60")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Expected the folder of --out to exist" in errors


@pytest.fixture
def endless(tmp_path):
    """A problem that is not proven within the time."""
    path = tmp_path / "endless.txt"
    path.write_text(team_text(people=60, days=182, shifts=4, need=9, least=50_000))
    return path


def first_roster(process):
    """Wait for a roster."""
    for line in process.stderr:
        if line.startswith("{") and json.loads(line)["penalty"] is not None:
            return
    raise AssertionError("No roster came.")


def test_sigterm_keeps_the_best_roster_and_leaves_no_process_behind(endless, tmp_path):
    out = tmp_path / "out.json"
    process = start(endless, out, "--seconds", "600")
    first_roster(process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    document = json.loads(out.read_text())
    assert document["status"] == "feasible"
    assert broken_rules(endless.read_text(), document["assignments"]) == set()
    assert document["penalty"] == penalty(endless.read_text(), document["assignments"])
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.usefixtures("compiled")
def test_the_process_ends_in_time_and_tells_of_each_second(endless, tmp_path):
    out = tmp_path / "out.json"
    process = start(endless, out, "--seconds", "12")
    _, errors = process.communicate(timeout=120)
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert process.returncode in {0, 4}, errors
    assert json.loads(out.read_text())["seconds"] <= 12 + SLACK_SECONDS
    assert set(lines[0]) >= {"seconds", "phase", "share", "penalty", "lower_bound", "gap"}
    # From the first line on; how long Python took to start before it is the machine's affair.
    told_for = lines[-1]["seconds"] - lines[0]["seconds"]
    assert told_for >= 1
    assert len(lines) >= 0.75 * told_for + 1


def test_the_old_result_stays_whole_until_the_new_one_is(endless, tmp_path):
    out = tmp_path / "out.json"
    out.write_text('{"old": true}')
    process = start(endless, out, "--seconds", "6")
    while process.poll() is None:
        assert isinstance(json.loads(out.read_text()), dict)
        time.sleep(0.02)
    process.communicate(timeout=60)
    assert "old" not in json.loads(out.read_text())


BEST_KNOWN = {
    1: 607, 2: 828, 3: 1001, 5: 1143, 7: 1056, 8: 1300, 9: 439, 10: 4631, 11: 3443, 12: 4040, 13: 1348,
    14: 1278, 15: 3829, 16: 3225, 17: 5746, 18: 4459, 20: 4769, 22: 30241, 24: 42463,
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    ("number", "seconds"),
    [
        (1, 12), (3, 12), (5, 12), (11, 12), (14, 20),
        pytest.param(18, 25, marks=pytest.mark.slow), pytest.param(20, 25, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_shared_instances_are_legal_and_no_bound_exceeds_what_is_known(number, seconds, tmp_path):
    instance, out = INSTANCES / f"Instance{number}.txt", tmp_path / "out.json"
    if not instance.exists():
        pytest.skip(f"The development data {instance.name} is not beside this checkout.")
    process = start(instance, out, "--seconds", str(seconds))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    document = json.loads(out.read_text())
    verified = subprocess.run(
        [sys.executable, str(SHARED / "tools" / "verify_dayroster.py"), str(instance), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    figures = json.loads(verified.stdout)
    assert (verified.returncode, figures["violations"]) == (0, 0)
    assert figures["penalty"] == document["penalty"]
    assert document["lower_bound"] is None or document["lower_bound"] <= BEST_KNOWN[number]
    assert document["penalty"] >= BEST_KNOWN[number] or document["status"] == "feasible"
