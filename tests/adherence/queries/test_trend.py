"""The busy trend at home and in the office, against a plain reckoning in several zones and hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from adherence.queries.trend import busy_trend
from tests.factories.adherence import make_codes, make_event, make_shift, make_version
from tests.factories.org import make_agent, make_site, make_team
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
PERIOD = timedelta(minutes=50)
CYCLE = (("work", 20, 0), ("trouble", 15, 2), ("claims", 15, 1))
"""Code, its minutes, and the trend's column, again and again from the shift's start."""


def plain(shift_start, shift_end, first, last):
    """Seconds by column between two moments, minute by minute."""
    found = [0, 0, 0]
    minute = first
    while minute < last:
        if shift_start <= minute < shift_end:
            left = (minute - shift_start) % PERIOD // timedelta(minutes=1)
            for _key, minutes, column in CYCLE:
                if left < minutes:
                    found[column] += 60
                    break
                left -= minutes
        minute += timedelta(minutes=1)
    return found


@pytest.mark.parametrize(
    ("zone", "begins", "at"),
    [
        # 20:30 in Toronto is the next day in UTC; shortly before it the hours reach over midnight.
        ("America/Toronto", "2026-11-17 13:00", "2026-11-17 20:30"),
        ("America/Toronto", "2026-11-17 09:00", "2026-11-17 18:59"),
        ("America/Toronto", "2026-11-17 20:00", "2026-11-18 03:20"),
        # Auckland's morning is the UTC day before.
        ("Pacific/Auckland", "2026-11-18 06:00", "2026-11-18 11:40"),
        ("Pacific/Auckland", "2026-11-18 06:00", "2026-11-18 13:30"),
        ("Pacific/Kiritimati", "2026-11-18 06:00", "2026-11-18 10:10"),
        ("Asia/Kolkata", "2026-11-18 00:30", "2026-11-18 06:05"),
        ("Pacific/Honolulu", "2026-11-16 22:00", "2026-11-17 14:05"),
        # The night in which Toronto's clocks go back.
        ("America/Toronto", "2026-10-31 22:00", "2026-11-01 04:10"),
        ("UTC", "2026-11-17 22:00", "2026-11-18 03:00"),
    ],
)
def test_all_hours_of_the_trend_count_in_every_zone(zone, begins, at):
    with system_tenant():
        here = ZoneInfo(zone)
        start, now = (
            datetime.fromisoformat(text).replace(tzinfo=here).astimezone(UTC)
            for text in (begins, at)
        )
        end = start + timedelta(hours=10 if zone != "Pacific/Honolulu" else 10.5)
        team = make_team(site=make_site(timezone=zone))
        codes = make_codes()
        day = start.astimezone(here).date()
        version = make_version(starts_on=day)
        for place in ("HOME", "OFFICE"):
            agent = make_agent(team=team)
            make_shift(agent, (start, end, codes["work"]), day=day, place=place, version=version)
            moment = start
            while moment < min(now, end):
                for key, minutes, _column in CYCLE:
                    if moment < min(now, end):
                        make_event(agent, moment, codes[key])
                    moment += timedelta(minutes=minutes)
            if end < now:
                make_event(agent, end)
        trend = busy_trend(at=now)
        edges = [datetime.fromtimestamp(second, UTC) for second in trend.starts_at] + [now]
        wanted = [plain(start, end, first, last) for first, last in pairwise(edges)]
        for by_group in trend.teams[team.pk]:
            steps = list(map(list, zip(*by_group, strict=True)))
            assert steps == wanted
        assert sum(map(sum, wanted)) > 0
        assert edges[0] <= now - timedelta(hours=6)


def test_who_is_planned_nowhere_in_these_hours_is_in_no_place():
    with system_tenant():
        team = make_team(site=make_site(timezone="UTC"))
        codes = make_codes()
        now = datetime(2026, 11, 18, 12, tzinfo=UTC)
        agent = make_agent(team=team)
        make_event(agent, now - timedelta(hours=1), codes["work"])
        trend = busy_trend(at=now)
        assert {value for place in trend.teams[team.pk] for row in place for value in row} == {0}
