"""Progress in a terminal: one line that moves; where there is no terminal, a line now and then."""

import time
from dataclasses import dataclass, field
from typing import TextIO

BAR_WIDTH = 28
LINE_WIDTH = 110
PLAIN_SECONDS = 10.0


@dataclass
class ProgressLine:
    """Draws shares between 0 and 1 with a sentence; `end` closes the line."""

    stream: TextIO
    is_terminal: bool
    _started: float = field(default_factory=time.monotonic)
    _last_plain: float = 0.0
    _last_text: str = ""

    @classmethod
    def on(cls, stream: TextIO) -> "ProgressLine":
        """Return a line on this stream, moving if it is a terminal."""
        return cls(stream, is_terminal=stream.isatty())

    def show(self, share: float, text: str) -> None:
        """Show how far it is and what is being done."""
        seconds = time.monotonic() - self._started
        if self.is_terminal:
            self.stream.write(f"\r\x1b[2K{bar_line(share, text, seconds)}")
            self.stream.flush()
            return
        is_due = seconds - self._last_plain >= PLAIN_SECONDS
        if text != self._last_text and (is_due or not self._last_text):
            self.stream.write(f"{share:4.0%}  {seconds:4.0f} s  {text}\n")
            self.stream.flush()
            self._last_plain, self._last_text = seconds, text

    def end(self, text: str) -> None:
        """Replace the line by its outcome."""
        if self.is_terminal:
            self.stream.write("\r\x1b[2K")
        self.stream.write(f"{text}\n")
        self.stream.flush()


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
