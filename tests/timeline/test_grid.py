"""Offsets from UTC of many instants at once."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wfm.timeline.grid import grid, local_offsets_seconds


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Shanghai", "UTC"])
def test_offsets_of_a_year_are_those_of_each_instant_by_itself(zone):
    instants = grid(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), 15)
    alone = [
        datetime.fromtimestamp(second, tz=ZoneInfo(zone)).utcoffset().total_seconds()
        for second in instants.astype(int).tolist()
    ]
    assert local_offsets_seconds(instants, zone).tolist() == alone
    pairs = instants[:8].reshape(2, 4)
    assert local_offsets_seconds(pairs, zone).tolist() == [alone[:4], alone[4:8]]
    assert local_offsets_seconds(instants[:0], zone).size == 0
