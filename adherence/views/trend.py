"""Busy and handling at home and in the office, as a chart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from adherence.services.floor_cache import TREND, kept
from wfm.org.models import Team
from wfm.web.charts import Axis, Series, TimeChart
from wfm.web.scope import Scope

AVAILABLE, HANDLING, BUSY = 0, 1, 2
OFFICE, HOME = 0, 1
STEP_MINUTES = 15


def trend_chart(request: HttpRequest, scope: Scope) -> dict[str, Any] | None:
    """The payload for the teams that the person sees in this scope; None before it is computed."""
    found = kept(TREND)
    if found is None:
        return None
    teams = Team.objects.visible_to(request.user)
    if scope.team:
        teams = teams.filter(pk=scope.team.pk)
    if scope.site:
        teams = teams.filter(site=scope.site)
    chosen = [
        found.value["teams"][str(pk)]
        for pk in teams.values_list("pk", flat=True)
        if str(pk) in found.value["teams"]
    ]
    starts_at = [datetime.fromtimestamp(second, UTC) for second in found.value["starts_at"]]
    return TimeChart(
        starts_at=starts_at,
        step_minutes=STEP_MINUTES,
        tz=scope.timezone,
        y=Axis(title=_("Share of time at work"), unit="%", minimum=0, maximum=1),
        series=[
            Series(
                key="1",
                label=_("Busy, office"),
                values=_share(chosen, OFFICE, BUSY, len(starts_at)),
            ),
            Series(
                key="2", label=_("Busy, home"), values=_share(chosen, HOME, BUSY, len(starts_at))
            ),
            Series(
                key="3",
                label=_("Handling, office"),
                values=_share(chosen, OFFICE, HANDLING, len(starts_at)),
                dashed=True,
            ),
            Series(
                key="4",
                label=_("Handling, home"),
                values=_share(chosen, HOME, HANDLING, len(starts_at)),
                dashed=True,
            ),
        ],
        now=found.as_of,
    ).payload()


def _share(
    teams: Sequence[Sequence[Sequence[Sequence[int]]]], place: int, group: int, count: int
) -> list[float | None]:
    """Seconds in the group over seconds available, handling and busy; pooled over the teams."""
    steps = range(count)
    parts = [sum(team[place][group][step] for team in teams) for step in steps]
    wholes = [sum(row[step] for team in teams for row in team[place]) for step in steps]
    return [part / whole if whole else None for part, whole in zip(parts, wholes, strict=True)]
