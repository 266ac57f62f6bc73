"""The smoke version of `make bench-staffing`: every part in small, in well under a minute."""

# ruff: noqa: T201 - `make bench` shows the figures

import pytest

from tests.benchmarks.staffing import __main__ as program
from tests.benchmarks.staffing.bars import Bar, bars_table
from tests.benchmarks.staffing.days import Day, day_bars, days_table, plan_time_bars, run_days
from tests.benchmarks.staffing.exactness import VECTORS, exactness_bars
from tests.benchmarks.staffing.findings import Findings
from tests.benchmarks.staffing.parts import CASES
from tests.benchmarks.staffing.report import BEGIN, END, write_section
from tests.benchmarks.staffing.speed import (
    file_bars,
    measure,
    run_speed,
    scalar_erlang_c,
    speed_table,
)


@pytest.mark.shared
@pytest.mark.skipif(
    not VECTORS.exists(), reason=f"The development data is absent: expected it in {VECTORS}."
)
def test_every_requirement_and_figure_is_exact():
    bars = exactness_bars()
    print(bars_table(bars))
    assert len(bars) == 8
    assert all(bar.is_met for bar in bars)


def test_arrays_beat_the_loop_and_agree_with_it():
    speed = run_speed(20_000)
    print(speed_table(speed.figures))
    rates = {figure.name: figure.per_second for figure in speed.figures}
    assert rates["Erlang C"] > 5 * rates["Erlang C, scalar loop"]
    assert rates["Erlang A"] > rates["Erlang C, scalar loop"]
    judged = [bar.name for bar in speed.bars()]
    assert judged == [
        "1 M Erlang C",
        "Erlang C over pyworkforce",
        "1 M Erlang A",
        "Erlang A over pyworkforce",
    ]


def test_a_file_streams_in_little_memory():
    for bar in file_bars(30_000):
        print(bar.row())
        assert bar.is_met


@pytest.mark.parametrize("shape", ["double peak", "surge"])
def test_a_day_keeps_its_level_at_hardly_more_hours(shape):
    results = run_days([Day(300.0, 10, shape), Day(1800.0, 60, shape)], simulated_days={10: 1000})
    print(days_table(results))
    assert [bar.is_met for bar in day_bars(results)] == [True] * 5
    # The wait of the last arrivals, whom colleagues come to help, is figured on the safe side.
    assert max(result.promised_more for result in results) < 1e-5
    assert max(result.found_more for result in results) < 0.01
    assert results[1].worst_alone < 0.79 < results[1].worst


def test_a_plan_is_made_while_somebody_waits():
    """A queue's day of 48 intervals takes no longer than 5,000 by the formula's plain loop."""
    (bar,) = plan_time_bars((60,))
    print(bar.row())
    loop, _agents = measure("loop", 5000, lambda: [scalar_erlang_c(100.0) for _ in range(5000)])
    day, _plan = measure("day", 48, Day(300.0, 60, "surge").plan, repeats=3)
    assert day.cpu_seconds < loop.cpu_seconds


def test_a_missed_bar_fails_the_run(monkeypatch, capsys):
    def run(*, is_smoke):
        bars = [Bar("kept", "0", "0", True), Bar("broken", "0", "3", False)]
        return Findings([*bars, Bar("elsewhere", "0", "-", None)], [])

    monkeypatch.setitem(CASES, "cases", run)
    monkeypatch.setattr(program, "PARTS", (*program.PARTS, "cases"))
    assert program.main(["--parts", "cases"]) == 1
    assert capsys.readouterr().err == "broken: wanted 0, missed with 3.\n"
    monkeypatch.setattr(program, "PARTS", ("cases",))
    assert program.main([]) == 1
    assert "elsewhere: wanted 0, not measured." in capsys.readouterr().err


def test_the_tables_go_between_the_marks(tmp_path, monkeypatch, capsys):
    def run(*, is_smoke):
        return Findings([Bar("cases", "0", "0", True)], [("Cases", "| case |")])

    monkeypatch.setitem(CASES, "cases", run)
    monkeypatch.setattr(program, "PARTS", (*program.PARTS, "cases"))
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n{BEGIN}\nold\n{END}\nend\n")
    assert program.main(["--parts", "cases", "--write", str(page)]) == 0
    written = page.read_text()
    assert written.startswith(f"# Title\n{BEGIN}\nRun of ")
    assert written.endswith(f"{END}\nend\n")
    assert "| cases | 0 | 0 | yes |" in written
    assert "old" not in written
    page.write_text("no marks")
    with pytest.raises(ValueError, match="Expected the marks"):
        write_section(page, "text")


def test_parts_by_cases_stand_behind_the_others(monkeypatch, capsys):
    asked = []

    def run(*, is_smoke):
        asked.append(is_smoke)
        return Findings([Bar("cases", "0", "0", True)], [("Cases", "| case |")])

    monkeypatch.setitem(CASES, "cases", run)
    monkeypatch.setattr(program, "PARTS", (*program.PARTS, "cases"))
    assert program.main(["--parts", "cases"]) == 0
    assert asked == [False]
    assert capsys.readouterr().out.endswith("| cases | 0 | 0 | yes |\n\n### Cases\n\n| case |\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CASES)
def test_a_few_cases_of_each_part_meet_their_bars(name):
    findings = CASES[name](is_smoke=True)
    print(bars_table(findings.bars))
    for title, table in findings.tables:
        print(title, table, sep="\n")
    assert findings.bars
    assert [bar.name for bar in findings.bars if bar.is_met is False] == []
