import io

from wfm.demo.terminal import ProgressLine, bar_line, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_filled_by_its_share():
    line = bar_line(0.5, "Solving", 12)
    assert line.count("█") == line.count("░") == 14
    assert " 50%   12 s  Solving" in line


def test_a_long_sentence_does_not_wrap():
    assert len(bar_line(1.4, "x" * 300, 3)) == 110


def test_a_terminal_gets_one_moving_line():
    stream = Terminal()
    progress = ProgressLine.on(stream)
    progress.show(0.1, "one")
    progress.show(0.2, "two")
    progress.end("done")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("done\n")


def test_a_log_gets_plain_lines_and_not_each_of_them():
    stream = io.StringIO()
    progress = ProgressLine.on(stream)
    for number in range(50):
        progress.show(number / 50, f"step {number}")
    progress.end("done")
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("step 0")
    assert len(lines) == 2
    assert "\x1b" not in stream.getvalue()


def test_a_table_is_aligned():
    assert table([("stage", "s"), ("forecast", "12.5")]) == "stage        s\nforecast  12.5"
    assert table([]) == ""
