"""Progress in a terminal: one line that moves; where there is no terminal, a line now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass

BAR_WIDTH = 28
LINE_WIDTH = 110
PLAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Screen:
    """Where sentences go. `is_terminal`: a line can be drawn over."""

    write: Callable[[str], object]
    is_terminal: bool

    def say(self, text: str) -> None:
        """Write a line."""
        self.write(f"{text}\n")


class ProgressLine:
    """Draws shares between 0 and 1 with a sentence; `end` closes the line."""

    def __init__(self, screen: Screen, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._started = clock()
        self._said_at: float | None = None

    def show(self, share: float, text: str) -> None:
        """Show how far it is and what is being done."""
        seconds = self._clock() - self._started
        if self._screen.is_terminal:
            self._screen.write(f"\r\x1b[2K{bar_line(share, text, seconds)}")
        elif self._said_at is None or seconds - self._said_at >= PLAIN_SECONDS:
            self._screen.say(f"{share:4.0%}  {seconds:4.0f} s  {text}")
            self._said_at = seconds

    def end(self, text: str) -> None:
        """Replace the line by its outcome."""
        if self._screen.is_terminal:
            self._screen.write("\r\x1b[2K")
        self._screen.say(text)


def bar_line(share: float, text: str, seconds: float) -> str:
    """Return one line: bar, percent, seconds, what is being done; cut to the width of a terminal."""
    filled = round(min(max(share, 0.0), 1.0) * BAR_WIDTH)
    bar = "█" * filled + "░" * (BAR_WIDTH - filled)
    return f"{bar} {share:4.0%} {seconds:4.0f} s  {text}"[:LINE_WIDTH]


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows as aligned columns: the first to the left, the others to the right."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
