"""Bring the rows of a file onto each queue's own intervals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from forecasting.core.actual_row import ActualRow
from forecasting.core.imports.collector import Collector
from forecasting.core.imports.queues import QueueSpec
from forecasting.core.imports.rows import Record

COUNTS = (
    "offered",
    "answered",
    "abandoned",
    "answered_within",
    "abandoned_within",
    "short_abandoned",
)
SUMS = ("handle_seconds", "wait_seconds_answered", "wait_seconds_total")
MINUTES_PER_DAY = 1440
STEPS = (5, 10, 15, 30, 60, MINUTES_PER_DAY)


@dataclass(frozen=True)
class _Placed:
    line: int
    local: datetime
    at: datetime
    values: dict[str, float | None]


@dataclass(kw_only=True)
class IntervalCollector(Collector):
    """Collects records by queue, then folds them into intervals."""

    threshold_seconds: int | None
    split_coarse: bool
    records: dict[int, list[Record]] = field(default_factory=lambda: defaultdict(list))
    specs: dict[int, QueueSpec] = field(default_factory=dict)

    def take(self, spec: QueueSpec, record: Record) -> None:
        """Keep one row until all of its queue are known."""
        if record.moments.get("starts_at") is None:
            self.findings.add(record.line, "no_start", "The row has no start.")
            return
        self.specs[spec.pk] = spec
        self.records[spec.pk].append(record)

    def rows(self) -> list[ActualRow]:
        """All intervals, queue by queue, in order of time."""
        found: list[ActualRow] = []
        for pk, records in self.records.items():
            found.extend(self._fold(self.specs[pk], records))
        return found

    def _fold(self, spec: QueueSpec, records: list[Record]) -> list[ActualRow]:
        step = _step_minutes(records, spec.interval_minutes)
        placed = self._place(spec, records, step)
        if step > spec.interval_minutes:
            return self._split(spec, placed, step)
        parts: dict[datetime, list[_Placed]] = defaultdict(list)
        for item in placed:
            parts[_interval_start(spec, item)].append(item)
        # A day is the sum of its rows: closed hours have none, so their number says nothing.
        needed = 1 if spec.interval_minutes == MINUTES_PER_DAY else spec.interval_minutes // step
        rows = []
        for at in sorted(parts):
            items = parts[at]
            if len(items) < needed:
                self.findings.add(
                    items[0].line, "partly_filled",
                    f"The interval {items[0].local:%Y-%m-%d %H:%M} of {spec.name} is only partly filled "
                    f"({len(items)} of {needed} rows) and counts as missing.", is_error=False,
                )  # fmt: skip
                continue
            row = self._row(spec, at, items)
            if row is not None:
                rows.append(row)
        return rows

    def _place(self, spec: QueueSpec, records: list[Record], step: int) -> list[_Placed]:
        """Instants of all rows; doubled, off-grid, skipped and future ones become findings."""
        zone = ZoneInfo(spec.timezone)
        seen: dict[datetime, int] = {}
        placed = []
        for record in records:
            start = record.moments["starts_at"]
            if start is None:
                continue
            at, local = _instant(start, zone, seen)
            if at is None:
                self.findings.add(
                    record.line, "skipped_hour",
                    f"{start:%Y-%m-%d %H:%M} does not exist in {spec.timezone}: the clock skipped it. "
                    "The row was left out.", is_error=False,
                )  # fmt: skip
                continue
            if (local.hour * 60 + local.minute) % step or local.second:
                self.findings.add(
                    record.line,
                    "off_grid",
                    f"{local:%H:%M:%S} is not on the grid of {step} minutes.",
                )
            elif at in seen:
                self.findings.add(
                    record.line, "duplicate",
                    f"{spec.name} has {local:%Y-%m-%d %H:%M} twice (first in line {seen[at]}).",
                )  # fmt: skip
            elif at > self.now:
                self.findings.add(
                    record.line, "future", f"{local:%Y-%m-%d %H:%M} lies in the future."
                )
            else:
                seen[at] = record.line
                placed.append(_Placed(record.line, local, at, record.numbers))
        return placed

    def _row(self, spec: QueueSpec, at: datetime, items: Sequence[_Placed]) -> ActualRow | None:
        """One interval from its parts; None where the volume is unknown."""
        totals = _totals(items)
        if totals["offered"] is None:
            self.findings.add(
                items[0].line,
                "no_volume",
                "A row without volume counts as missing.",
                is_error=False,
            )
            return None
        answered, within = totals["answered"], totals["answered_within"]
        line = items[0].line
        if within is not None and answered is not None and within > answered:
            self.findings.add(
                line, "within_above_answered",
                f"Answered within the threshold ({within:g}) is more than answered ({answered:g}).",
            )  # fmt: skip
            return None
        closed = (answered or 0.0) + (totals["abandoned"] or 0.0)
        if closed > totals["offered"]:
            self.findings.add(
                line, "more_than_offered",
                f"Answered and abandoned ({closed:g}) are more than offered ({totals['offered']:g}).",
                is_error=False,
            )  # fmt: skip
        counts = {key: None if totals[key] is None else round(totals[key] or 0.0) for key in COUNTS}
        return ActualRow(
            queue_id=spec.pk,
            starts_at=at,
            threshold_seconds=self.threshold_seconds if within is not None else None,
            **counts,  # type: ignore[arg-type]
            **{key: totals[key] for key in SUMS},  # type: ignore[arg-type]
        )

    def _split(self, spec: QueueSpec, placed: list[_Placed], step: int) -> list[ActualRow]:
        """Spread coarse rows evenly where the planner allowed it."""
        if not self.split_coarse or step % spec.interval_minutes:
            self.findings.add(
                placed[0].line if placed else None, "coarser",
                f"Rows of {spec.name} are {step} minutes long, its interval is {spec.interval_minutes}. "
                "Allow to spread them evenly, or bring finer rows.",
            )  # fmt: skip
            return []
        parts = step // spec.interval_minutes
        rows = []
        for item in placed:
            whole = self._row(spec, item.at, [item])
            if whole is not None:
                rows.extend(_spread(whole, parts, spec.interval_minutes))
        self.findings.add(
            None, "spread",
            f"Rows of {spec.name} were spread evenly over {parts} intervals; their shape inside is assumed.",
            is_error=False,
        )  # fmt: skip
        return sorted(rows, key=lambda row: row.starts_at)


def _interval_start(spec: QueueSpec, item: _Placed) -> datetime:
    """Start of the queue's interval around a row; that of a day is its local midnight."""
    if spec.interval_minutes == MINUTES_PER_DAY:
        midnight = datetime.combine(item.local.date(), time(), ZoneInfo(spec.timezone))
        return midnight.astimezone(UTC)
    behind = (item.local.hour * 60 + item.local.minute) % spec.interval_minutes
    return item.at - timedelta(minutes=behind)


def _step_minutes(records: Iterable[Record], interval_minutes: int) -> int:
    """Length of the rows: as written in ranges, else the most common gap between starts."""
    lengths = Counter(record.length_minutes for record in records if record.length_minutes)
    if lengths:
        return lengths.most_common(1)[0][0]
    starts = sorted({start for record in records if (start := record.moments["starts_at"])})
    gaps = Counter(
        round((later - earlier).total_seconds() / 60) for earlier, later in pairwise(starts)
    )
    usual = [(count, -gap) for gap, count in gaps.items() if gap in STEPS]
    return -max(usual)[1] if usual else interval_minutes


def _instant(
    start: datetime, zone: ZoneInfo, seen: dict[datetime, int]
) -> tuple[datetime | None, datetime]:
    """UTC instant and wall clock; None where the clock skipped it; a repeat is the second hour."""
    if start.tzinfo is not None:
        return start.astimezone(UTC), start.astimezone(zone)
    first = start.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != start:
        return None, start
    second = start.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return (second if first in seen and second != first else first), start


def _totals(items: Sequence[_Placed]) -> dict[str, float | None]:
    """Sums over the parts of an interval; unknown in one part is unknown in all."""
    complete = [_derived(item.values) for item in items]
    totals: dict[str, float | None] = {}
    for key in (*COUNTS, *SUMS):
        values = [values[key] for values in complete]
        known = [value for value in values if value is not None]
        totals[key] = sum(known) if len(known) == len(values) else None
    return totals


def _derived(values: dict[str, float | None]) -> dict[str, float | None]:
    """Counts and sums of one row: averages times their counts, offered from its parts."""
    found = {key: values.get(key) for key in (*COUNTS, *SUMS)}
    answered, abandoned = found["answered"], found["abandoned"]
    if found["offered"] is None and answered is not None and abandoned is not None:
        found["offered"] = answered + abandoned
    handled = answered if answered is not None else found["offered"]
    for mean, total in (("aht", "handle_seconds"), ("asa", "wait_seconds_answered")):
        value = values.get(mean)
        if found[total] is None and handled is not None:
            if value is not None:
                found[total] = value * handled
            elif mean in values and handled == 0:
                found[total] = 0.0
    return found


def _spread(row: ActualRow, parts: int, interval_minutes: int) -> list[ActualRow]:
    """Equal parts; what does not divide goes to the first ones."""
    rows = []
    for part in range(parts):
        counts = {
            key: None
            if (value := getattr(row, key)) is None
            else value // parts + (part < value % parts)
            for key in COUNTS
        }
        share = (counts["offered"] or 0) / row.offered if row.offered else 1 / parts
        sums = {
            key: None if (value := getattr(row, key)) is None else value * share for key in SUMS
        }
        within, answered = counts["answered_within"], counts["answered"]
        if within is not None and answered is not None:
            counts["answered_within"] = min(within, answered)
        rows.append(
            ActualRow(
                queue_id=row.queue_id,
                starts_at=row.starts_at + timedelta(minutes=part * interval_minutes),
                threshold_seconds=row.threshold_seconds,
                **counts,  # type: ignore[arg-type]
                **sums,  # type: ignore[arg-type]
            )
        )
    return rows
