from dataclasses import replace

import numpy as np
import pytest

from adherence.core.groups import StateGroup
from adherence.core.impact import Impact, QueueImpact, QueueKind, agent_impact
from adherence.core.live import NEVER, LiveData, LiveFlag, LiveParams, Severity, live_flags

START = 10_000
PARAMS = LiveParams(no_show_after_seconds=1800)
WORKING = {
    "group": StateGroup.AVAILABLE,
    "group_since": START - 100,
    "busy_limit_at": NEVER,
    "is_planned": True,
    "is_on_position": True,
    "tolerance_seconds": 300,
    "activity_starts_at": START,
    "plan_changes_at": START + 7200,
    "shift_starts_at": START,
    "last_present_at": START + 50_000,
    "deviates_since": NEVER,
    "is_excused": False,
    "excuse_changes_at": NEVER,
    "silent_from": NEVER,
}
ABSENT = {
    "group": StateGroup.OFFLINE,
    "group_since": START - 50_000,
    "last_present_at": START - 50_000,
    "deviates_since": START,
}


def agent(**changes):
    return LiveData(**{name: np.array([value]) for name, value in (WORKING | changes).items()})


def judge(at, **changes):
    result = live_flags(agent(**changes), at=at, params=PARAMS)
    return LiveFlag(result.flag[0]), Severity(result.severity[0])


def next_change(at, **changes):
    return int(live_flags(agent(**changes), at=at, params=PARAMS).next_change_at[0])


@pytest.mark.parametrize(
    ("at", "changes", "expected"),
    [
        (START + 60, {}, (LiveFlag.IN, Severity.NONE)),
        (START + 60, {**ABSENT, "is_planned": False}, (LiveFlag.OFF, Severity.NONE)),
        (START + 60, {"is_planned": False}, (LiveFlag.EXTRA, Severity.NOTICE)),
        # Nobody there: within tolerance, late, never came.
        (START + 300, ABSENT, (LiveFlag.IN, Severity.NONE)),
        (START + 301, ABSENT, (LiveFlag.LATE, Severity.MAJOR)),
        (START + 1800, ABSENT, (LiveFlag.NO_SHOW, Severity.CRITICAL)),
        # Missing or busy while training is planned: no position misses them.
        (START + 301, {**ABSENT, "is_on_position": False}, (LiveFlag.LATE, Severity.MINOR)),
        (START + 1800, {**ABSENT, "is_on_position": False}, (LiveFlag.NO_SHOW, Severity.MINOR)),
        (
            START + 200,
            {
                "is_on_position": False,
                "group": StateGroup.BUSY,
                "group_since": START + 20,
                "busy_limit_at": START + 200,
                "deviates_since": START + 20,
            },
            (LiveFlag.BUSY_TOO_LONG, Severity.MINOR),
        ),
        # Was there and left: out, however long.
        (
            START + 5000,
            {**ABSENT, "last_present_at": START + 900, "deviates_since": START + 900},
            (LiveFlag.OUT, Severity.MAJOR),
        ),
        # On a break where work is planned, and at work where a break is planned.
        (
            START + 900,
            {"group": StateGroup.AWAY, "deviates_since": START + 500},
            (LiveFlag.OUT, Severity.MAJOR),
        ),
        (
            START + 900,
            {"is_on_position": False, "deviates_since": START + 500},
            (LiveFlag.OUT, Severity.NOTICE),
        ),
        (
            START + 900,
            {"group": StateGroup.AWAY, "is_on_position": False, "deviates_since": START + 500},
            (LiveFlag.OUT, Severity.MINOR),
        ),
        (START + 900, {"group": StateGroup.UNKNOWN}, (LiveFlag.UNKNOWN, Severity.MINOR)),
        (
            START + 900,
            {"group": StateGroup.UNKNOWN, "is_excused": True},
            (LiveFlag.IN, Severity.NONE),
        ),
        # A busy code beyond its limit is named, though its deviation is within tolerance.
        (
            START + 200,
            {
                "group": StateGroup.BUSY,
                "group_since": START + 20,
                "busy_limit_at": START + 200,
                "deviates_since": START + 20,
            },
            (LiveFlag.BUSY_TOO_LONG, Severity.MAJOR),
        ),
    ],
)
def test_flag_and_severity(at, changes, expected):
    assert judge(at, **changes) == expected


@pytest.mark.parametrize(
    ("at", "changes", "moment"),
    [
        (START + 60, {}, START + 7200),
        (START + 60, ABSENT, START + 301),
        (START + 301, ABSENT, START + 1800),
        (START + 60, {"silent_from": START + 90}, START + 90),
        (START + 60, {"excuse_changes_at": START + 80}, START + 80),
        (
            START + 60,
            {"group": StateGroup.BUSY, "group_since": START, "busy_limit_at": START + 120},
            START + 120,
        ),
        (START + 60, {"plan_changes_at": NEVER}, NEVER),
    ],
)
def test_the_next_change_is_the_first_moment_still_to_come(at, changes, moment):
    assert next_change(at, **changes) == moment


@pytest.mark.parametrize("changes", [{}, ABSENT, {**ABSENT, "silent_from": START + 700}])
def test_nothing_changes_before_the_announced_moment(changes):
    """What the tick relies on: between now and next_change_at the judgement stands."""
    at = START + 1
    moment = next_change(at, **changes)
    assert judge(moment - 1, **changes) == judge(at, **changes)


def test_since_tells_when_the_flag_began():
    late = live_flags(agent(**ABSENT), at=START + 400, params=PARAMS)
    out = live_flags(
        agent(group=StateGroup.AWAY, deviates_since=START + 500), at=START + 900, params=PARAMS
    )
    well = live_flags(agent(), at=START + 900, params=PARAMS)
    assert [int(r.flag_since[0]) for r in (late, out, well)] == [START, START + 500, START]


def test_rows_are_judged_independently():
    both = LiveData(
        **{
            name: np.array([value, (WORKING | ABSENT)[name]])
            for name, value in replace(agent()).__dict__.items()
            for value in [WORKING[name]]
        }
    )
    flags = live_flags(both, at=START + 301, params=PARAMS).flag
    assert flags.tolist() == [LiveFlag.IN, LiveFlag.LATE]


def test_a_limit_without_length_is_refused():
    with pytest.raises(ValueError, match="no_show_after_seconds > 0"):
        LiveParams(no_show_after_seconds=0)


@pytest.mark.parametrize("flag", ["LATE", "NO_SHOW", "BUSY_TOO_LONG", "OUT"])
def test_only_who_is_expected_on_position_costs_service(flag):
    busy = {
        "group": StateGroup.BUSY,
        "group_since": START + 20,
        "busy_limit_at": START + 200,
        "deviates_since": START + 20,
    }
    there = {"last_present_at": START + 100}
    changes = {
        "LATE": ABSENT,
        "NO_SHOW": ABSENT,
        "BUSY_TOO_LONG": busy,
        "OUT": {**ABSENT, **there, "group_since": START + 100},
    }[flag]
    at = START + (1900 if flag == "NO_SHOW" else 600)
    queue = QueueImpact(
        queue_id=1, kind=QueueKind.LIVE, present=9, planned=10, saved_minutes_per_hour=12.0
    )
    found = {}
    for is_on_position in (True, False):
        name, severity = judge(at, **changes, is_on_position=is_on_position)
        assert name == LiveFlag[flag]
        group = StateGroup(changes["group"]).name
        found[is_on_position] = agent_impact(severity=severity, state_group=group, queue=queue).sign
    assert found == {True: Impact.NEGATIVE, False: Impact.NEUTRAL}
