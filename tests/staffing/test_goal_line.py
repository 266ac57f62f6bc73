"""The chart of levels draws the goal of each day, not the last version for all of them."""

from types import SimpleNamespace

import numpy as np

from staffing.views.board_charts import goal_by_interval


def test_each_interval_has_the_goal_of_its_own_local_date():
    starts = np.datetime64("2026-03-02T00:00", "s") + np.arange(72) * np.timedelta64(3600, "s")
    versions = [
        {"starts_on": "2026-03-04", "level": 0.9},
        {"starts_on": "2020-01-01", "level": 0.7},
    ]
    item = SimpleNamespace(
        queue=SimpleNamespace(timezone="Asia/Shanghai"),
        series=SimpleNamespace(starts_at=starts),
        result=SimpleNamespace(goal={"versions": versions}),
    )
    goal = goal_by_interval(item)
    # 4 March begins at 16:00 UTC of the 3rd in Shanghai.
    assert goal[:40].tolist() == [0.7] * 40
    assert goal[40:].tolist() == [0.9] * 32
    item.result.goal = {}
    assert np.isnan(goal_by_interval(item)).all()
