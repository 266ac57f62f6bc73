"""What has to be said of a pool split over its groups: goals missed, groups too small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from numpy.typing import NDArray

from staffing.computations.pool_inputs import Grid, Member
from staffing.core.kernels import IntArray
from staffing.core.multi_skill import GoalKind, Miss, MultiSkillPlan
from staffing.models import SkillGroup


@dataclass(frozen=True)
class DayMiss:
    """A goal missed on a day: what the core says, and the rows of the grid it says it of."""

    miss: Miss
    rows: IntArray
    starts_at: int

    def as_json(self, live: Sequence[Member]) -> dict[str, Any]:
        """Return it as it is written with the run."""
        return {
            "queue": live[self.miss.queue].queue.pk,
            "goal": self.miss.kind.value,
            "asked": self.miss.asked,
            "reached": self.miss.reached,
            "is_day": self.miss.is_day,
            "intervals": int(self.rows.size),
            "by": self.miss.by,
            "starts_at": self.starts_at,
        }


def misses_of_day(
    plan: MultiSkillPlan, rows: NDArray[Any], first: int, grid: Grid
) -> list[DayMiss]:
    """Return what a day misses in its own intervals; those before only led up to it."""
    found = []
    for miss in plan.misses:
        own = miss.intervals[miss.intervals >= first]
        if not own.size and not miss.is_day:
            continue
        at = rows[own[0]] if own.size else rows[first]
        seconds = int(grid.moments[int(at)].astype("datetime64[s]").astype(np.int64))
        found.append(DayMiss(miss, np.asarray(rows[own], dtype=np.int64), seconds))
    return found


def notes_of_misses(misses: Sequence[DayMiss], live: Sequence[Member]) -> list[str]:
    """Say of each queue and goal how often it is missed, and where most."""
    by_goal: dict[tuple[int, GoalKind], list[DayMiss]] = {}
    for found in misses:
        by_goal.setdefault((found.miss.queue, found.miss.kind), []).append(found)
    notes = []
    for (queue, kind), days in sorted(by_goal.items()):
        worst = max(days, key=lambda day: abs(day.miss.reached - day.miss.asked))
        count = sum(int(day.rows.size) for day in days)
        notes.append(
            _("%(queue)s misses its %(goal)s: %(date)s comes to %(reached)s, asked is %(asked)s.")
            % {
                "queue": live[queue].queue,
                "goal": _name(kind),
                "date": f"{_local(worst.starts_at, live[queue]):%Y-%m-%d}",
                "reached": _figure(kind, worst.miss.reached),
                "asked": _figure(kind, worst.miss.asked),
            }
        )
        if count:
            notes[-1] += " " + ngettext(
                "%(count)s interval is beyond it, by up to %(by)s.",
                "%(count)s intervals are beyond it, by up to %(by)s.",
                count,
            ) % {"count": count, "by": _figure(kind, max(day.miss.by for day in days))}
    return notes


def notes_of_caps(
    over_cap: IntArray, groups: Sequence[SkillGroup], grid: Grid, member: Member
) -> list[str]:
    """Say of each group that is too small by how much, and when most."""
    notes = []
    for row, over in zip(groups, over_cap, strict=True):
        if not over.any():
            continue
        at = int(grid.moments[int(over.argmax())].astype("datetime64[s]").astype(np.int64))
        notes.append(
            _(
                "The group “%(group)s” is limited to %(people)s and needs up to %(more)s more"
                " (%(at)s); teach others what it can do, or raise its limit."
            )
            % {
                "group": row.name,
                "people": row.max_agents,
                "more": int(over.max()),
                "at": f"{_local(at, member):%Y-%m-%d %H:%M}",
            }
        )
    return notes


def note_costlier(required_hours: float, separate_hours: float) -> str:
    """Say why the queues stay apart."""
    return _(
        "By these groups the queues need %(together).1f h, each apart %(apart).1f h; they stay apart."
    ) % {"together": required_hours, "apart": separate_hours}


def _local(seconds: int, member: Member) -> datetime:
    zone = ZoneInfo(str(member.queue.timezone))
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone(zone)


def _name(kind: GoalKind) -> str:
    names = {
        GoalKind.LEVEL: _("service level"),
        GoalKind.ASA: _("mean wait"),
        GoalKind.ABANDONMENT: _("abandonment"),
        GoalKind.OCCUPANCY: _("occupancy"),
    }
    return names[kind]


def _figure(kind: GoalKind, value: float) -> str:
    return f"{value:.1f} s" if kind is GoalKind.ASA else f"{value * 100:.1f} %"
