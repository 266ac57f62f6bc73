"""What the modules of the benchmark share: options, rows, watches, the report."""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

import tests.benchmarks

T = TypeVar("T")
BEGIN = "<!-- make bench-adherence: begin -->"
END = "<!-- make bench-adherence: end -->"
HEADING = "\n### "
PREFIX = "adherence"
_OWN = Path("/proc/self")
FIRST = ("exactness", "nightly", "restate")


@dataclass(frozen=True)
class Options:
    """How large a run is."""

    is_smoke: bool = False

    def pick(self, *, smoke: T, full: T) -> T:
        """The size of this run."""
        return smoke if self.is_smoke else full


@dataclass(frozen=True)
class Row:
    """One line of the report. `is_met` None: told for information, no bar."""

    bar: str
    found: str
    wanted: str = ""
    is_met: bool | None = None


class Watch:
    """Wall time and this process's CPU time of a block; the database server's CPU where asked."""

    def __init__(self, server_cpu: Callable[[], float] | None = None) -> None:
        self.wall = self.cpu = self.server_cpu = 0.0
        self._server_cpu = server_cpu

    def __enter__(self) -> Self:
        server = self._server_cpu() if self._server_cpu else 0.0
        self._begun = (time.perf_counter(), time.process_time(), server)
        return self

    def __exit__(self, *error: object) -> None:
        wall, cpu, server = self._begun
        self.wall = time.perf_counter() - wall
        self.cpu = time.process_time() - cpu
        self.server_cpu = self._server_cpu() - server if self._server_cpu else 0.0

    def text(self) -> str:
        """What it took."""
        server = f", {self.server_cpu:.2f} s of PostgreSQL" if self._server_cpu else ""
        return f"{self.wall:.2f} s ({self.cpu:.2f} s CPU{server})"


class PeakMemory:
    """The most memory this process held during a block, in MB."""

    def __init__(self) -> None:
        self.megabytes = 0.0

    def __enter__(self) -> Self:
        if _OWN.exists():
            (_OWN / "clear_refs").write_text("5")
        return self

    def __exit__(self, *error: object) -> None:
        if _OWN.exists():
            status = (_OWN / "status").read_text()
            self.megabytes = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        else:
            self.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def found_modules() -> dict[str, Callable[[Options], list[Row]]]:
    """Name → run of every module that takes part, in the order of the report."""
    packages = sorted(
        found.name
        for found in pkgutil.iter_modules(tests.benchmarks.__path__)
        if found.ispkg and (found.name == PREFIX or found.name.startswith(f"{PREFIX}_"))
    )
    runs = dict(pair for package in packages for pair in _runs(f"tests.benchmarks.{package}"))
    order = [*FIRST, *(name for name in runs if name not in FIRST)]
    return {name: runs[name] for name in order if name in runs}


def _runs(package: str) -> Iterator[tuple[str, Callable[[Options], list[Row]]]]:
    for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if found.name.startswith(("_", "test_", "conftest")):
            continue
        module = importlib.import_module(f"{package}.{found.name}")
        run = getattr(module, "run", None)
        if run is not None and run.__module__ == module.__name__:
            yield found.name, run


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table under a line that says where they were measured."""
    head = (
        f"Run of {datetime.now(tz=UTC).date()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores."
    )
    lines = [head, "", "| what | wanted | found | |", "|---|---|---|---|"]
    word = {True: "met", False: "**missed**", None: ""}
    lines += [f"| {row.bar} | {row.wanted} | {row.found} | {word[row.is_met]} |" for row in rows]
    return "\n".join(lines)


def write_sections(path: Path, tables: dict[str, str]) -> None:
    """Put the tables of modules between the marks of a Markdown file; those of others stay."""
    whole = path.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        msg = f"Expected the marks {BEGIN} and {END} in {path}."
        raise ValueError(msg)
    head, rest = whole.split(BEGIN, 1)
    stood, tail = rest.split(END, 1)
    kept = dict(_section(text) for text in stood.split(HEADING)[1:])
    sections = kept | {name: table.strip() for name, table in tables.items()}
    names = [name for name in found_modules() if name in sections]
    text = "".join(f"{HEADING}{name}\n{sections[name]}\n" for name in names)
    path.write_text(f"{head}{BEGIN}{text}{END}{tail}", encoding="utf-8")


def _section(text: str) -> tuple[str, str]:
    """Name and body of what stands below a heading."""
    name, _line, body = text.partition("\n")
    return name.strip(), body.strip()
