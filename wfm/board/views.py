"""The page of the one board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from staffing.models import Pool
from wfm.board.ages import items_by_age
from wfm.board.board import Ask, Board, board
from wfm.board.charts import demand_chart
from wfm.board.grid import LONGEST_DAYS, Granularity
from wfm.board.heat import SHOW_LABELS, Cell, Show, heads, queue_cells, team_cells
from wfm.board.lines import QueueLine
from wfm.board.look import Look
from wfm.board.sums import Sums, added, pools_of_lines, sums_of, total_of
from wfm.board.teams import TeamLine
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Queue, Team
from wfm.web import formats
from wfm.web.scope import Scope, page_scope

MOST_PAGE_DAYS = 2
"""Days whose intervals the page shows as columns."""


@dataclass(frozen=True)
class QueueRow:
    """A queue or pool in the strip and in the table."""

    queue: Queue | None
    pool: Pool | None
    cells: list[Cell]
    total: dict[str, float | None]
    note: str = ""
    closing_hours: float | None = None


@dataclass(frozen=True)
class Group:
    """Rows under one heading, and their total."""

    name: str
    rows: list[QueueRow]
    total: dict[str, float | None]


@dataclass(frozen=True)
class TeamRow:
    """A team in the strip and in the table."""

    team: Team | None
    cells: list[Cell]
    total: dict[str, float | None]


@require_GET
@require("schedule.view")
def board_page(request: HttpRequest) -> HttpResponse:
    """Show both floors over the period: demand, staff, service, risk, and hours to move."""
    scope = page_scope(
        request, fields=("client", "site", "team", "queue", "period"), default_period="week"
    )
    show = _show(request)
    may_staff = access_of(request.user).can("staffing.view")
    if scope.days > LONGEST_DAYS:
        return render(
            request,
            "board/board.html",
            {"scope": scope, "too_long": LONGEST_DAYS, "may_staff": may_staff},
        )
    context = _context(board(_ask(request, scope)), scope, show)
    return render(request, "board/board.html", context | {"may_staff": may_staff})


def _show(request: HttpRequest) -> Show:
    try:
        return Show(request.GET.get("show", ""))
    except ValueError:
        return Show.DIFFERENCE


def _ask(request: HttpRequest, scope: Scope) -> Ask:
    wanted = request.GET.get("by", "")
    by_interval = wanted == Granularity.INTERVAL or (wanted != Granularity.DAY and scope.days == 1)
    return Ask(
        principal=request.user,
        starts_on=scope.starts_on,
        ends_on=scope.ends_on,
        timezone=scope.timezone,
        at=now(),
        granularity=Granularity.INTERVAL
        if by_interval and scope.days <= MOST_PAGE_DAYS
        else Granularity.DAY,
        client=scope.client,
        site=scope.site,
        team=scope.team,
        queue=scope.queue,
    )


def _context(found: Board, scope: Scope, show: Show) -> dict[str, Any]:
    groups = _groups(found, show)
    return {
        "scope": scope,
        "board": found,
        "show": show,
        "shows": [
            {
                "key": key.value,
                "letter": key.value[0],
                "label": label,
                "is_current": key is show,
            }
            for key, label in SHOW_LABELS.items()
        ],
        "by_interval": found.ask.granularity is Granularity.INTERVAL,
        "may_show_intervals": scope.days <= MOST_PAGE_DAYS,
        "heads": heads(found),
        "groups": groups,
        "teams": [_team_row(line, found, show) for line in found.teams],
        "live_total": total_of(found.live, found).at(0),
        "deferred_total": total_of(found.deferred, found).at(0),
        "total": total_of(found.lines, found).at(0),
        "live_chart": demand_chart(found.live, found) if found.live else None,
        "deferred_chart": demand_chart(found.deferred, found) if found.deferred else None,
        "looks": [_look(look, found) for look in found.looks],
        "ages": [age for line in found.deferred if (age := _age(line, found)) is not None],
        "columns": _columns(found) if scope.queue is not None and found.lines else None,
        "is_ahead": found.grid.origin >= found.grid.first,
        "origin_at": found.grid.moment(found.grid.origin),
    }


def _groups(found: Board, show: Show) -> list[Group]:
    named = ((_("Live"), found.live), (_("Deferred"), found.deferred))
    groups = [
        Group(name, [_queue_row(line, found, show) for line in lines], total_of(lines, found).at(0))
        for name, lines in named
        if lines
    ]
    pools = pools_of_lines(found.lines)
    if pools:
        rows = [_pool_row(pool, lines, found, show) for pool, lines in pools]
        groups.append(Group(_("Pools"), sorted(rows, key=_pool_name), {}))
    return groups


def _pool_name(row: QueueRow) -> str:
    return str(row.pool)


def _queue_row(line: QueueLine, found: Board, show: Show) -> QueueRow:
    return QueueRow(
        queue=line.queue,
        pool=None,
        cells=queue_cells(sums_of(line, found), found, show),
        total=total_of([line], found).at(0),
        note=" ".join(line.notes),
        closing_hours=line.closing_hours(found.grid),
    )


def _pool_row(pool: Pool, lines: Sequence[QueueLine], found: Board, show: Show) -> QueueRow:
    """A pool is its queues together: its people are on one of them at each moment."""
    return QueueRow(
        queue=None,
        pool=pool,
        cells=queue_cells(added([sums_of(line, found) for line in lines]), found, show),
        total=total_of(lines, found).at(0),
    )


def _team_row(line: TeamLine, found: Board, show: Show) -> TeamRow:
    return TeamRow(
        team=line.team,
        cells=team_cells(sums_of(line, found), found, show),
        total=total_of([line], found).at(0),
    )


def _columns(found: Board) -> list[dict[str, Any]]:
    """Return the columns of the one queue as rows of a table."""
    sums: Sums = sums_of(found.lines[0], found)
    zone = found.ask.timezone
    is_day = found.ask.granularity is Granularity.DAY
    return [
        {
            "label": formats.local_day(column.starts_at, zone)
            if is_day
            else formats.local_clock(column.starts_at, zone),
            "day": column.starts_at.astimezone(formats.zone_of(zone)) if is_day else None,
            **sums.at(place),
        }
        for place, column in enumerate(found.columns)
    ]


def _look(look: Look, found: Board) -> dict[str, Any]:
    """Say one window in words: where, when, how much, and who could help."""
    zone = found.ask.timezone
    share = look.at_risk / look.counted if look.counted else 0.0
    return {
        "severity": "error" if share >= 0.05 else "warning",
        "queue": look.queue,
        "when": _span(look.starts_at, look.ends_at, zone),
        "day": look.starts_at.astimezone(formats.zone_of(zone)),
        "at_risk": look.at_risk,
        "counted": look.counted,
        "short_hours": look.short_hours,
        "donors": [
            _("team %(team)s has %(hours)s transferable hours on %(queue)s")
            % {
                "team": donor.team.name,
                "hours": formats.number(donor.hours, 1),
                "queue": donor.queue.name,
            }
            for donor in look.donors
        ],
    }


def _span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    first, last = (moment.astimezone(formats.zone_of(zone)) for moment in (starts_at, ends_at))
    head = f"{formats.local_day(starts_at, zone)} {first:%H:%M}"
    if last.date() in {first.date(), (first + timedelta(days=1)).date()} and (
        last.date() == first.date() or f"{last:%H:%M}" == "00:00"
    ):
        return f"{head}–{last:%H:%M}"
    return f"{head} – {formats.local_day(ends_at, zone)} {last:%H:%M}"


def _age(line: QueueLine, found: Board) -> dict[str, Any] | None:
    """Return a queue's open items by the day on which they are due."""
    backlog = line.backlog
    if backlog is None:
        return None
    items = float(backlog.items.items.sum())
    return {
        "queue": line.queue,
        "at": backlog.origin_at,
        "items": items,
        "hours": items * backlog.aht_seconds / 3600,
        **items_by_age(backlog, found.ask.timezone),
    }
