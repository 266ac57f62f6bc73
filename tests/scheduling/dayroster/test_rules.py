"""Each rule on a problem that would be cheaper without it.

One person, two weeks. The rule as given must hold in what the solver makes; the same problem with
the rule relaxed must become cheaper by breaking it, else the test would show nothing.
"""

import pytest

from scheduling.core.dayroster.incumbent import Incumbent
from scheduling.core.dayroster.reading import read_roster
from scheduling.core.dayroster.solver import Clocks, RosterParams, solve
from scheduling.core.result import SolveStatus
from tests.scheduling.dayroster.cases import assignments_of, file_text
from tests.scheduling.dayroster.roster_checker import broken_rules

DAYS = 14
LOOSE = {
    "limit": DAYS, "most": 99_999, "least": 0, "longest": DAYS, "shortest": 0, "rest": 0, "weekends": 9,
}  # fmt: skip


def problem(*, wanted, banned="", days_off=(), shift="E", **rule):
    """One person who is asked to work on these days, E unless the day names another shift."""
    numbers = LOOSE | rule
    return file_text(
        days=DAYS,
        shifts=["E,480,", f"N,600,{banned}"],
        staff=[
            "A,E={limit}|N=14,{most},{least},{longest},{shortest},{rest},{weekends}".format(
                **numbers
            )
        ],
        days_off=[f"A,{day}" for day in days_off],
        cover=[
            f"{day},{name},{int(wanted.get(day) == name)},{5 + day % 3},{20}"
            for day in range(DAYS) for name in "EN"
        ],
    )  # fmt: skip


def on(*days, shift="E"):
    return dict.fromkeys(days, shift)


RULES = {
    "most_of_shift": ({"limit": 2}, {"wanted": on(1, 2, 3, 4)}),
    "most_minutes": ({"most": 960}, {"wanted": on(1, 2, 3, 4)}),
    "least_minutes": ({"least": 1440}, {"wanted": on(2)}),
    "most_days_running": ({"longest": 3}, {"wanted": on(1, 2, 3, 4, 5)}),
    "least_days_running": ({"shortest": 3}, {"wanted": on(4)}),
    "least_days_off": ({"rest": 3}, {"wanted": on(2, 3, 5, 6)}),
    "most_weekends": ({"weekends": 1}, {"wanted": on(5, 13)}),
    "banned_next": ({"banned": "E"}, {"wanted": on(2, shift="N") | on(3)}),
    "days_off": ({"days_off": (3,)}, {"wanted": on(2, 3)}),
}


def solved(text):
    data = read_roster(text)
    incumbent = Incumbent(data)
    asked = iter(range(10**9))
    clocks = Clocks(share_used=lambda: next(asked) / 3000, computing_seconds=lambda: 0.0)
    solve(data, incumbent, clocks, RosterParams(threads=1))
    assert incumbent.status is SolveStatus.OPTIMAL
    roster, cost, _ = incumbent.best()
    return assignments_of(data, roster), cost


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_where_breaking_it_would_pay(rule):
    strict, wishes = RULES[rule]
    with_rule, without_rule = problem(**wishes, **strict), problem(**wishes)
    kept, cost = solved(with_rule)
    free, cheaper = solved(without_rule)
    assert broken_rules(with_rule, kept) == set()
    assert cheaper < cost
    assert rule in broken_rules(with_rule, free)


@pytest.mark.parametrize(
    ("wanted", "cost"),
    [
        pytest.param(on(0), 0, id="a short run on the first day"),
        pytest.param(on(13), 0, id="a short run on the last day"),
        pytest.param(on(1, 2, 3), 0, id="one day off before the first run"),
        pytest.param(on(10, 11, 12), 0, id="one day off after the last run"),
        pytest.param(on(1, 2), 6 + 7, id="a short run within"),
    ],
)
def test_runs_that_touch_the_border_may_be_shorter(wanted, cost):
    """What lies outside the horizon may go on."""
    made, found = solved(problem(wanted=wanted, shortest=3, rest=2))
    assert broken_rules(problem(wanted=wanted, shortest=3, rest=2), made) == set()
    assert found == cost


def test_saturday_and_sunday_are_one_weekend():
    _, cost = solved(problem(wanted=on(5, 6), weekends=1))
    assert cost == 0
