"""The first rows of the list, read only as far as needed, are those of the whole ranking."""

import json
import random
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from adherence.core.impact import QueueImpact, QueueKind
from adherence.models import LiveFlag
from adherence.queries import LiveRow
from adherence.services.floor_marks import Impacts
from adherence.views.live_list import NEVER, first_rows, is_shown, list_row

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
EVERYONE = {"show": "all", "state": "", "flag": "", "place": "", "impact": "", "tag": "", "queue": None}  # fmt: skip
IMPACTS = Impacts(
    AT,
    {
        queue: QueueImpact(
            queue_id=queue, kind=QueueKind.LIVE, present=4, planned=5.0,
            saved_minutes_per_hour=saved, caused_minutes_per_hour=9.0,
        )
        for queue, saved in ((1, 0.2), (2, 4.0), (3, 30.0), (4, None))
    },
    {},
)  # fmt: skip


def some_rows(chance, count):
    """Rows in the order of the query: severity, then how long."""
    rows = [
        LiveRow(
            agent_id=number, name=f"A{number}", sort_key="", employee_number="", team_id=1,
            team="T", site_id=1, site="S", timezone="UTC",
            place=chance.choice(["HOME", "OFFICE"]), flag=chance.choice(LiveFlag.values),
            flag_since=chance.choice(
                [None, (AT - timedelta(minutes=chance.randrange(90))).isoformat()]
            ),
            severity=chance.choice([0, 0, 0, 1, 2, 3, 4]),
            state_group=chance.choice(["HANDLING", "AWAY", "OFFLINE"]), state=None,
            state_since=None, planned=None, planned_until=None, next=None, next_starts_at=None,
            queue_id=chance.choice([None, 1, 2, 3, 4]), queue="", version=1,
        )
        for number in range(count)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.severity, row.flag_since or NEVER, row.agent_id))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(
    "filters", [{}, {"state": "AWAY"}, {"impact": "negative"}, {"show": "out", "place": "HOME"}]
)
def test_the_first_rows_are_those_of_the_whole_ranking(seed, filters):
    chance = random.Random(seed)
    rows = some_rows(chance, chance.choice([0, 5, 60, 300]))
    chosen = EVERYONE | filters
    items = [list_row(row, impacts=IMPACTS) for row in rows]
    whole = sorted(
        (item for item in items if is_shown(item, chosen)),
        key=lambda item: (
            -item.cost, -item.row.severity, item.row.flag_since or NEVER, item.row.agent_id,
        ),
    )  # fmt: skip
    texts = [json.dumps(asdict(row)) for row in rows]
    found = first_rows(texts, impacts=IMPACTS, notes={}, filters=chosen, most=40)
    assert [item.row.agent_id for item in found] == [item.row.agent_id for item in whole[:40]]


def test_rows_that_cannot_be_first_are_not_read():
    rows = some_rows(random.Random(1), 300)
    severe = sum(row.severity >= 3 for row in rows)
    read = []

    def texts():
        for row in rows:
            read.append(row.agent_id)
            yield json.dumps(asdict(row))

    first_rows(texts(), impacts=IMPACTS, notes={}, filters=EVERYONE, most=severe + 10)
    assert len(read) == severe + 11
