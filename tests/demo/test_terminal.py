import io

from wfm.demo.terminal import ProgressLine, Screen, bar_line, table


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_bar_is_filled_by_its_share():
    line = bar_line(0.5, "Solving", 12)
    assert line.count("█") == line.count("░") == 14
    assert " 50%   12 s  Solving" in line


def test_a_long_sentence_does_not_wrap():
    assert len(bar_line(1.4, "x" * 300, 3)) == 110


def test_a_terminal_gets_one_moving_line():
    stream = io.StringIO()
    progress = ProgressLine(Screen(stream.write, is_terminal=True))
    progress.show(0.1, "one")
    progress.show(0.2, "two")
    progress.end("done")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("done\n")


def test_a_log_gets_a_plain_line_every_ten_seconds():
    stream, clock = io.StringIO(), Clock()
    progress = ProgressLine(Screen(stream.write, is_terminal=False), clock=clock)
    for second in range(25):
        clock.seconds = float(second)
        progress.show(second / 25, f"step {second}")
    progress.end("done")
    lines = stream.getvalue().splitlines()
    assert [line.split()[-1] for line in lines] == ["0", "10", "20", "done"]
    assert "\x1b" not in stream.getvalue()


def test_a_table_is_aligned():
    assert table([("stage", "s"), ("forecast", "12.5")]) == "stage        s\nforecast  12.5"
    assert table([]) == ""
