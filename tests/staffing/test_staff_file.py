"""The command staff_file: its format, its refusals, its exit codes."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from staffing.core.rows import LEVEL_COLUMNS, OUTPUT_COLUMNS, staff_rows
from staffing.management.commands import staff_file

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT.parent / "shared" / "data" / "staffing"


def run(tmp_path, text, capsys=None):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text, encoding="utf-8")
    call_command("staff_file", str(source), "--out", str(target))
    with target.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def row(tmp_path, **cells):
    """One row with these cells; returns the row that was written."""
    text = ",".join(cells) + "\n" + ",".join(str(cell) for cell in cells.values()) + "\n"
    return run(tmp_path, text)[0]


VOICE = {"model": "A", "erlangs": 200, "aht_s": 240, "patience_s": 60, "target_s": 20}


@pytest.mark.parametrize(
    ("definition", "agents"),
    [
        ("", "176"),
        ("answered_over_offered", "176"),
        ("answered_or_abandoned_within_over_offered", "159"),
        ("excl_abandons_within_threshold", "163"),
        ("answered_over_answered", "162"),
    ],
)
def test_golden_requirements(tmp_path, definition, agents):
    found = row(tmp_path, **VOICE, target_sl=0.8, sl_definition=definition)
    assert (found["required_agents"], found["error"]) == (agents, "")


def test_volume_takes_the_place_of_erlangs(tmp_path):
    found = row(
        tmp_path, model="C", volume=750, interval_seconds=900, aht_s=240, target_s=20, target_sl=0.8
    )
    assert found["required_agents"] == "209"


def test_given_agents_are_evaluated_and_no_requirement_is_written(tmp_path):
    found = row(tmp_path, **VOICE, agents=176, target_sl=0.8)
    assert found["required_agents"] == ""
    assert 0.8 <= float(found["sl_answered_over_offered"]) < 0.81
    assert float(found["p_abandon"]) > 0.1
    assert found["p_block"] == ""
    assert len(found["asa_s"].replace(".", "")) >= 12


def test_columns_are_kept_and_outputs_replace_their_namesakes(tmp_path):
    found = run(
        tmp_path,
        "site,model,erlangs,agents,p_block,note\nNorth,B,2,2,old,näh\n\nSouth,b,2,3,old,\n",
    )
    assert [line["site"] for line in found] == ["North", "South"]
    assert found[0]["note"] == "näh"
    assert float(found[0]["p_block"]) == pytest.approx(0.4, rel=1e-14)
    assert float(found[1]["p_block"]) == pytest.approx(4 / 19, rel=1e-14)
    assert list(found[0])[:6] == ["site", "model", "erlangs", "agents", "p_block", "note"]
    assert set(OUTPUT_COLUMNS) <= set(found[0])


def test_no_load_waits_for_nothing(tmp_path):
    found = row(tmp_path, **VOICE | {"erlangs": 0}, target_sl=0.8, min_agents=3)
    assert found["required_agents"] == "3"
    assert {found[name] for name in ("p_wait", "p_abandon", "asa_s", "occupancy")} == {"0.0"}
    assert found["sl_answered_over_offered"] == "1.0"


@pytest.mark.parametrize("load", [{"erlangs": 0}, {"volume": 0, "interval_seconds": 900}])
@pytest.mark.parametrize(
    ("model", "figures"),
    [
        ("B", ["p_block", "occupancy"]),
        ("C", ["p_wait", "mean_wait_offered_s", "asa_s", "occupancy"]),
        ("A", ["p_wait", "p_abandon", "mean_wait_offered_s", "asa_s", "occupancy"]),
    ],
)
def test_no_load_needs_no_handle_time_and_no_threshold(tmp_path, load, model, figures):
    levels = {"B": [], "C": ["sl_answered_over_offered"]}.get(model, LEVEL_COLUMNS.values())
    found = row(tmp_path, model=model, patience_s=60, aht_s="", **load)
    expected = dict.fromkeys(figures, "0.0") | dict.fromkeys(levels, "1.0")
    expected = dict.fromkeys(OUTPUT_COLUMNS, "") | expected | {"required_agents": "0"}
    assert {name: found[name] for name in OUTPUT_COLUMNS} == expected


def test_nobody_there_loses_all(tmp_path):
    assert row(tmp_path, model="B", erlangs=2, agents=0)["p_block"] == "1.0"
    found = row(tmp_path, **VOICE, agents=0)
    assert (found["p_abandon"], found["sl_answered_over_offered"], found["asa_s"]) == (
        "1.0",
        "0.0",
        "",
    )


def test_erlang_c_without_spare_agents(tmp_path):
    found = row(tmp_path, model="C", erlangs=5, agents=5, aht_s=240, target_s=20)
    assert (found["p_wait"], found["mean_wait_offered_s"], found["asa_s"]) == ("1.0", "inf", "inf")
    assert (found["occupancy"], found["sl_answered_over_offered"]) == ("1.0", "0.0")
    assert found["sl_virtual"] == ""


def test_all_caps_hold_together(tmp_path):
    capped = row(tmp_path, **VOICE, target_sl=0.8, max_occupancy=0.9, max_asa_s=2, max_abandon=0.02)
    assert float(capped["occupancy"]) <= 0.9
    assert float(capped["asa_s"]) <= 2
    assert float(capped["p_abandon"]) <= 0.02
    assert row(tmp_path, model="B", erlangs=2, max_block=0.1)["required_agents"] == "4"


def test_an_endless_threshold_allows_certainty(tmp_path):
    found = row(tmp_path, model="C", erlangs=5, aht_s=240, target_s="inf", target_sl=1)
    assert (found["required_agents"], found["sl_answered_over_offered"]) == ("6", "1.0")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"model": "D", "erlangs": 5}, "Expected model B, C or A, got D."),
        ({"model": "", "erlangs": 5}, "got an empty cell"),
        ({"model": "C", "erlangs": 5, "volume": 3, "aht_s": 9}, "got both"),
        ({"model": "C", "erlangs": ""}, "got neither"),
        ({"model": "C", "erlangs": "", "volume": 3, "aht_s": 9}, "interval_seconds > 0"),
        (
            {"model": "B", "erlangs": "", "volume": 3, "interval_seconds": 900},
            "aht_s beside volume",
        ),
        ({"model": "A", "erlangs": 5, "aht_s": 9}, "needs patience_s"),
        ({"model": "A", "erlangs": 5, "aht_s": 9, "patience_s": 0}, "patience_s > 0"),
        ({"model": "A", "erlangs": 5, "patience_s": 60}, "aht_s to compute waits"),
        ({"model": "C", "erlangs": 5, "target_s": 20, "target_sl": 0.8}, "aht_s to compute waits"),
        ({"model": "C", "erlangs": 5, "aht_s": 0, "agents": 9}, "aht_s > 0"),
        ({"model": "C", "erlangs": 5, "aht_s": 9, "target_sl": 0.8}, "target_s beside target_sl"),
        (VOICE | {"target_sl": 0}, "above 0 and up to 1, got 0"),
        (VOICE | {"target_sl": 1.5}, "got 1.5"),
        (VOICE | {"target_sl": 1}, "infinitely many agents"),
        (VOICE | {"target_sl": 1, "target_s": "inf"}, "always give up"),
        (VOICE | {"target_sl": 0.8, "sl_definition": "best"}, "got best"),
        ({"model": "B", "erlangs": 5, "target_s": 20, "target_sl": 0.8}, "set max_block"),
        (
            {
                "model": "C",
                "erlangs": 5,
                "aht_s": 9,
                "target_s": 20,
                "target_sl": 0.8,
                "sl_definition": "virtual",
            },
            "knows only answered_over_offered",
        ),
        ({"model": "B", "erlangs": 5, "agents": 2.5}, "whole number in agents, got 2.5"),
        ({"model": "B", "erlangs": 5, "max_block": 0.1, "min_agents": 0.5}, "in min_agents"),
        (
            {"model": "B", "erlangs": "nan", "agents": 2},
            "Expected a number >= 0 in erlangs, got nan.",
        ),
        ({"model": "B", "erlangs": -5, "agents": 2}, "got -5"),
        ({"model": "B", "erlangs": "five", "agents": 2}, "got five"),
        ({"model": "B", "erlangs": "inf", "agents": 2}, "got inf"),
        ({"model": "B", "erlangs": 1e9, "agents": 2}, "up to 100000000 erlang"),
        ({"model": "B", "erlangs": 5, "max_block": 2}, "share from 0 to 1 in max_block"),
        ({"model": "B", "erlangs": 5, "max_block": 0}, "brings max_block to 0"),
        (VOICE | {"max_abandon": 0}, "brings max_abandon to 0"),
        (VOICE | {"max_asa_s": 0}, "brings max_asa_s to 0"),
        (VOICE | {"max_occupancy": 1e-12}, "No number of agents meets these goals."),
        ({"model": "C", "erlangs": 5, "aht_s": 9, "agents": 0}, "at least one agent"),
        (VOICE | {"target_sl": -0.8}, "Expected a number >= 0 in target_sl, got -0.8."),
        (VOICE | {"patience_s": "nan"}, "in patience_s, got nan"),
        (VOICE | {"max_asa_s": "inf"}, "in max_asa_s, got inf"),
        (VOICE | {"target_s": -1}, "in target_s, got -1"),
        (VOICE | {"agents": "1e10"}, "agents up to 1000000000, got 1e+10"),
        (VOICE | {"agents": "1_0"}, "Expected a number >= 0 in agents, got 1_0."),
        (VOICE | {"agents": -1}, "in agents, got -1"),
        ({"model": "C", "erlangs": 0, "agents": 1.5}, "whole number in agents, got 1.5"),
        ({"model": "C", "erlangs": 5, "aht_s": "", "target_s": 20}, "aht_s to compute waits"),
        (VOICE | {"patience_s": "inf"}, "never give up are model C"),
        (VOICE | {"aht_s": 1e20}, "aht_s from 1e-06 to 1e+09 seconds, got 1e+20"),
        (VOICE | {"patience_s": 1e300}, "patience_s from 1e-06 to 1e+09 seconds, got 1e+300"),
        (VOICE | {"aht_s": 1e9, "patience_s": 60}, "at least 1e-06 of aht_s"),
        (VOICE | {"erlangs": 1e-300}, "0 or at least 1e-100, got 1e-300"),
    ],
)
def test_a_refused_row_has_a_sentence_and_nothing_else(tmp_path, cells, sentence):
    found = row(tmp_path, **cells)
    assert sentence in found["error"]
    assert {found[name] for name in OUTPUT_COLUMNS if name != "error"} == {""}


def test_the_first_fault_is_named_and_other_rows_go_on(tmp_path, capsys):
    found = run(tmp_path, "model,erlangs,agents\nX,nan,1\nB,2,2\nB,-1,1\n")
    assert [bool(line["error"]) for line in found] == [True, False, True]
    assert "erlangs" in found[0]["error"]
    assert "3 rows, 2 with an error." in capsys.readouterr().err


@pytest.mark.parametrize(
    "header",
    [
        "erlangs,agents",
        "model,agents",
        "model,volume,agents",
        "model,volume,aht_s",
        "model,volume,interval_seconds",
        "Model,erlangs",
        "",
    ],
)
def test_a_missing_column_ends_with_two(tmp_path, header):
    with pytest.raises(CommandError, match="has no column") as caught:
        run(tmp_path, f"{header}\n1,1,1\n")
    assert caught.value.returncode == 2


def test_a_column_named_twice_is_refused_unless_it_only_passes_through(tmp_path):
    with pytest.raises(CommandError, match="the column erlangs twice") as caught:
        run(tmp_path, "model,erlangs,agents,erlangs\nB,2,2,3\n")
    assert caught.value.returncode == 1
    run(tmp_path, "note,model,erlangs,note,agents\nfirst,B,2,second,2\n")
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("first,B,2,second,2,,0.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"model,erlangs,note\nB,2,\xe9\n", "Expected UTF-8 in .*in.csv, got the byte 0xe9"),
        (b'model,erlangs,note\nB,2,"' + b"x" * 140_000, "Is a quote not closed"),
    ],
)
def test_what_is_no_text_file_is_said_and_leaves_the_old_output(tmp_path, content, sentence):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    target.write_text("of yesterday")
    with pytest.raises(CommandError, match=sentence):
        call_command("staff_file", str(source), "--out", str(target))
    assert target.read_text() == "of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_byte_order_mark_windows_lines_and_quotes_are_read(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(
        b'\xef\xbb\xbfmodel,erlangs,agents,note\r\n"B","2",2,"a ""b"", c\r\nd"\r\nB,2,3,\r\n'
    )
    call_command("staff_file", str(source), "--out", str(target))
    with target.open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert [line["model"] for line in found] == ["B", "B"]
    assert found[0]["note"] == 'a "b", c\r\nd'
    assert float(found[0]["p_block"]) == pytest.approx(0.4, rel=1e-14)
    assert not any(line["error"] for line in found)


def test_a_carriage_return_in_a_cell_makes_no_second_row(tmp_path):
    text = '\n\nmodel,erlangs,note\nB,2,"up\rdown"\nB,3,plain\n'
    assert [found["note"] for found in run(tmp_path, text)] == ["up\rdown", "plain"]
    assert "\r\n" not in (tmp_path / "out.csv").read_bytes().decode()


def test_a_column_that_the_model_does_not_use_may_be_endless(tmp_path):
    endless = row(
        tmp_path, model="C", erlangs=5, aht_s=240, target_s=20, target_sl=0.8, patience_s="inf"
    )
    assert (endless["required_agents"], endless["error"]) == ("8", "")


def test_no_volume_asks_for_minimum_staff_whatever_the_interval(tmp_path):
    found = row(tmp_path, model="C", volume=0, interval_seconds=0, aht_s="", min_agents=2)
    assert (found["required_agents"], found["error"]) == ("2", "")


def test_nobody_is_answered_in_any_time_without_spare_agents(tmp_path):
    found = row(tmp_path, model="C", erlangs=5, aht_s=240, agents=5)
    assert (found["sl_answered_over_offered"], found["p_wait"]) == ("0.0", "1.0")


@pytest.mark.parametrize("erlangs", [0.3, 5, 50])
def test_nobody_at_work_is_never_too_busy(tmp_path, erlangs):
    """The smallest number that meets every goal set: without a blocking goal that is nobody."""
    cap = {"model": "B", "erlangs": erlangs, "max_occupancy": 0.8}
    assert row(tmp_path, **cap)["required_agents"] == "0"
    assert row(tmp_path, **cap, max_block=1)["required_agents"] == "0"
    some = int(row(tmp_path, **cap, max_block=0.999)["required_agents"])
    kept = row(tmp_path, model="B", erlangs=erlangs, agents=some)
    assert float(kept["occupancy"]) <= 0.8
    assert some > 0


def test_the_output_may_take_the_place_of_the_input(tmp_path, monkeypatch):
    monkeypatch.setattr(staff_file, "ROWS_AT_ONCE", 7)
    path = tmp_path / "rows.csv"
    path.write_text("id,model,erlangs,agents\n" + "".join(f"{n},B,2,2\n" for n in range(9000)))
    path.chmod(0o640)
    for _ in range(2):  # the second time every output column is there already
        call_command("staff_file", str(path), "--out", str(path))
        with path.open(newline="") as file:
            found = list(csv.DictReader(file))
        assert [int(line["id"]) for line in found] == list(range(9000))
        assert all(float(line["p_block"]) == pytest.approx(0.4, rel=1e-13) for line in found)
        assert list(found[0]).count("p_block") == 1
    assert path.stat().st_mode & 0o777 == 0o640


def test_the_output_may_be_a_stream(tmp_path):
    source, pipe = tmp_path / "in.csv", tmp_path / "pipe"
    source.write_text("model,erlangs,agents\nB,2,2\n")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        call_command("staff_file", str(source), "--out", str(pipe))
        assert os.read(reader, 10_000).startswith(b"model,erlangs,agents,required_agents,")
    finally:
        os.close(reader)


def test_a_header_alone_gives_a_header(tmp_path, capsys):
    assert run(tmp_path, "model,erlangs\n") == []
    assert (tmp_path / "out.csv").read_text() == (
        "model,erlangs," + ",".join(OUTPUT_COLUMNS) + "\n"
    )
    assert "0 rows, 0 with an error." in capsys.readouterr().err


def test_a_row_with_too_many_cells_is_refused(tmp_path):
    """A comma that should have been quoted shifts all that follows."""
    found = run(tmp_path, "model,erlangs,agents\nB,1,234,5\nB,2,2\n")
    assert found[0]["error"] == "Expected 3 cells as in the first line, got 4."
    assert (found[0]["p_block"], found[1]["error"]) == ("", "")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="Unable to read"):
        call_command("staff_file", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.csv"))


def test_rows_keep_their_order_across_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(staff_file, "ROWS_AT_ONCE", 7)
    lines = "".join(f"{number},{'BCA'[number % 3]},{number}\n" for number in range(1, 101))
    found = run(
        tmp_path,
        "id,model,erlangs,aht_s,patience_s,max_occupancy\n" + lines.replace("\n", ",240,60,0.9\n"),
    )
    assert [line["id"] for line in found] == [str(number) for number in range(1, 101)]
    assert all(float(line["occupancy"]) <= 0.9 for line in found)
    assert not any(line["error"] for line in found)


def test_short_rows_end_in_empty_cells(tmp_path):
    found = run(tmp_path, "model,erlangs,agents,max_block\nB,2\nB,2,2\n")
    assert found[0]["required_agents"] == "0"
    assert float(found[1]["p_block"]) == pytest.approx(0.4)


def test_figures_are_numbers_in_their_bounds_wherever_the_input_is():
    """Loads, times and agents over twenty powers of ten; a warning would be an error here."""
    random = np.random.default_rng(7)
    size = 3000

    def cells(values, missing=0.0):
        return [
            "" if random.random() < missing else repr(float(value)) for value in values.tolist()
        ]

    models = random.choice(list("BCA"), size)
    aht_power = random.uniform(-6, 8, size)
    patience_power = np.clip(aht_power + random.uniform(-5.9, 9, size), -6, 9)
    rows = {
        "model": models.tolist(),
        "erlangs": cells(10 ** random.uniform(-12, 8, size)),
        "aht_s": cells(10**aht_power),
        "patience_s": cells(10**patience_power),
        "target_s": cells(random.choice([0, 1e-9, 20, 1e7, np.inf], size)),
        "target_sl": [
            "" if model == "B" else level
            for model, level in zip(
                models, random.choice(["0.1", "0.8", "0.9999999"], size), strict=True
            )
        ],
        "max_block": cells(10 ** random.uniform(-12, 0, size), missing=0.5),
        "max_abandon": cells(10 ** random.uniform(-9, 0, size), missing=0.5),
        "agents": cells(random.choice([1, 10, 1000, 1e9], size), missing=0.7),
    }
    with np.errstate(all="raise", under="ignore"):
        found = staff_rows(rows, size=size)
    assert set(found["error"]) <= {"", "No number of agents meets these goals."}
    assert sum(map(bool, found["error"])) < size / 20
    needed = {
        "B": ["p_block"],
        "C": ["p_wait", "asa_s"],
        "A": ["p_abandon", *LEVEL_COLUMNS.values()],
    }
    for place in range(size):
        if found["error"][place]:
            continue
        for name in (*needed[models[place]], "occupancy"):
            figure = float(found[name][place])
            assert 0.0 <= figure <= (np.inf if name.endswith("_s") else 1.0), (name, place)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's peak of memory")
def test_memory_does_not_grow_with_the_rows(tmp_path):
    peaks = []
    for size in (20_000, 100_000):
        source = tmp_path / "in.csv"
        line = "C,{},240,20,0.8\n"
        source.write_text(
            "model,erlangs,aht_s,target_s,target_sl\n"
            + "".join(line.format(5 + number % 300) for number in range(size))
        )
        script = (
            "import sys\n"
            "from staffing.management.commands.staff_file import Command\n"
            "from pathlib import Path\n"
            "Command().handle(input=Path(sys.argv[1]), out=Path(sys.argv[2]))\n"
            "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(source), str(tmp_path / "out.csv")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] < peaks[0] + 40
    assert peaks[1] < 300


def test_it_needs_no_database(tmp_path):
    """A fresh process whose database address leads nowhere."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("model,erlangs,agents\nB,2,2\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "manage.py", "staff_file", str(source), "--out", str(target)],
        cwd=ROOT,
        env={
            "WFM_SECRET_KEY": "x" * 50,
            "DATABASE_URL": "postgresql://nobody@/none?host=/nowhere",
            "DATABASE_OWNER_URL": "postgresql://nobody@/none?host=/nowhere",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 rows, 0 with an error." in done.stderr


@pytest.mark.shared
def test_the_vectors_come_out_equal(tmp_path):
    source = VECTORS / "vectors_required.csv"
    if not source.exists():
        pytest.skip(f"{source} is not there: the development data lie beside the checkout.")
    call_command("staff_file", str(source), "--out", str(tmp_path / "out.csv"))
    with source.open(newline="") as exact, (tmp_path / "out.csv").open(newline="") as ours:
        pairs = list(zip(csv.DictReader(exact), csv.DictReader(ours), strict=True))
    wrong = [
        ours["id"] for exact, ours in pairs if exact["required_agents"] != ours["required_agents"]
    ]
    assert wrong == []
    assert not any(ours["error"] for _exact, ours in pairs)
