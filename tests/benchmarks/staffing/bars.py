"""A figure of this run beside what the project wants of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One line of the table of bars."""

    name: str
    wanted: str
    found: str
    is_met: bool | None
    """None where the bar could not be measured in this environment."""

    def row(self) -> str:
        """Return the line in Markdown."""
        met = {True: "yes", False: "**no**", None: "not measured"}[self.is_met]
        return f"| {self.name} | {self.wanted} | {self.found} | {met} |"


def bars_table(bars: list[Bar]) -> str:
    """Return the bars as a Markdown table."""
    return "\n".join(
        ["| bar | wanted | this run | met |", "|---|---|---|---|", *map(Bar.row, bars)]
    )
