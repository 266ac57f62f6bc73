"""Demand against staff over the period, live and deferred."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.core.kernels import FloatArray
from wfm.board.board import Board
from wfm.board.grid import SLOT_HOURS, SLOT_MINUTES
from wfm.board.lines import QueueLine
from wfm.web.charts import Axis, Series, TimeChart


def demand_chart(lines: Sequence[QueueLine], board: Board) -> dict[str, Any]:
    """Return the payload: people to schedule, scheduled people, and the work that comes."""
    deferred = bool(lines) and not lines[0].queue.is_live
    series = [
        Series(
            key="staffed",
            label=_("Scheduled people"),
            shape="area",
            values=_people(lines, "scheduled_hours", board),
        ),
        Series(
            key="required",
            label=_("People to schedule"),
            shape="step",
            values=_people(lines, "to_schedule_hours", board),
        ),
        Series(
            key="forecast",
            label=_("Work that arrives, erlangs") if deferred else _("Workload, erlangs"),
            values=_people(lines, "workload_hours", board),
        ),
    ]
    backlog = _backlog(lines, board)
    if backlog is not None:
        series.append(
            Series(key="backlog", label=_("Open work, hours"), values=backlog, right=True)
        )
    return TimeChart(
        starts_at=_moments(board),
        step_minutes=SLOT_MINUTES,
        tz=board.ask.timezone,
        y=Axis(title=_("People, erlangs"), minimum=0, digits=1),
        y_right=None if backlog is None else Axis(title=_("Open work"), unit="h", minimum=0),
        series=series,
        difference=("staffed", "required"),
        now=board.ask.at,
    ).payload()


def _moments(board: Board) -> list[datetime]:
    return [board.grid.moment(slot) for slot in range(board.grid.first, board.grid.last)]


def _people(lines: Sequence[QueueLine], name: str, board: Board) -> FloatArray:
    """Return hours of slots as people, over all lines; NaN where none of them knows."""
    rows = np.stack([line.of(name)[board.grid.shown] for line in lines])
    known = np.isfinite(rows).any(axis=0)
    return np.where(known, np.nansum(rows, axis=0), np.nan) / SLOT_HOURS


def _backlog(lines: Sequence[QueueLine], board: Board) -> FloatArray | None:
    rows = [line.backlog.hours_by_slot[board.grid.shown] for line in lines if line.backlog]
    if not rows or not np.isfinite(rows).any():
        return None
    stacked = np.stack(rows)
    return np.where(np.isfinite(stacked).any(axis=0), np.nansum(stacked, axis=0), np.nan)
