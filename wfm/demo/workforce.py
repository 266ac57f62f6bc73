"""What the demo's people are bound by: employment contracts, shifts, teams, activity codes. Plain data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BreakSpec:
    """A break in a window of minutes after the start of the shift."""

    code: str
    minutes: int
    window: tuple[int, int]
    is_paid: bool = True
    from_length_minutes: int = 0


@dataclass(frozen=True)
class ShiftSpec:
    """Shifts that a contract allows: starts and lengths in minutes, lunch included."""

    name: str
    starts: tuple[int, int]
    lengths: tuple[int, int]
    breaks: tuple[BreakSpec, ...]
    start_step: int = 30
    length_step: int = 30
    pieces: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    allowance: int = 0


@dataclass(frozen=True)
class EmploymentSpec:
    """An employment contract and its shifts; minutes are paid minutes."""

    key: str
    name: str
    weekly_minutes: tuple[int, int]
    days_per_week: tuple[int, int]
    hourly_cost: str
    shifts: tuple[ShiftSpec, ...]
    max_consecutive_days: int = 6
    min_rest_minutes: int = 660
    consecutive_days_off: int = 1
    max_weekends: int | None = None
    max_splits: int | None = None
    overtime_after_minutes: int | None = None


def _hour(hours: float) -> int:
    return int(hours * 60)


LUNCH = BreakSpec("lunch", 30, (195, 285), is_paid=False)
EIGHT_HOURS = (
    BreakSpec("break", 15, (75, 150)),
    LUNCH,
    BreakSpec("break", 15, (330, 420)),
)
LONG_DAY = (
    BreakSpec("break", 15, (90, 165)),
    BreakSpec("lunch", 30, (225, 315), is_paid=False),
    BreakSpec("break", 15, (375, 480)),
)
SHORT_DAY = (BreakSpec("break", 15, (90, 165)),)

EMPLOYMENT = (
    EmploymentSpec(
        key="full",
        name="Full-time 37.5 h",
        weekly_minutes=(1800, 2250),
        days_per_week=(4, 5),
        hourly_cost="24.50",
        shifts=(ShiftSpec("Day and evening", (_hour(6), _hour(15)), (480, 480), EIGHT_HOURS),),
        consecutive_days_off=2,
        max_weekends=3,
    ),
    EmploymentSpec(
        key="long",
        name="Four long days 36 h",
        weekly_minutes=(1620, 2160),
        days_per_week=(3, 4),
        hourly_cost="24.50",
        shifts=(ShiftSpec("Long day", (_hour(6), _hour(14.5)), (570, 570), LONG_DAY),),
    ),
    EmploymentSpec(
        key="part",
        name="Part-time 25 h",
        weekly_minutes=(960, 1500),
        days_per_week=(4, 5),
        hourly_cost="22.00",
        shifts=(
            ShiftSpec("Short day", (_hour(7), _hour(17.5)), (240, 300), SHORT_DAY),
            ShiftSpec(
                "Two peaks",
                (_hour(8), _hour(10)),
                (300, 300),
                (),
                pieces=(150, 150),
                gaps=(180, 240),
                allowance=9,
            ),
        ),
        max_splits=3,
    ),
    EmploymentSpec(
        key="night",
        name="Nights 36 h",
        weekly_minutes=(1620, 2160),
        days_per_week=(3, 4),
        hourly_cost="28.00",
        shifts=(ShiftSpec("Night", (_hour(20), _hour(23)), (570, 570), LONG_DAY),),
        max_consecutive_days=4,
    ),
    EmploymentSpec(
        key="relief",
        name="Relief, on call",
        weekly_minutes=(0, 2250),
        days_per_week=(0, 5),
        hourly_cost="27.00",
        shifts=(ShiftSpec("Any hour", (0, _hour(23.5)), (480, 480), EIGHT_HOURS),),
        min_rest_minutes=0,
    ),
)


@dataclass(frozen=True)
class TeamSpec:
    """A team: how many people with which contracts, what all can do and what some can do besides.

    `contracts` is (contract, people) in order; `extra_skill` goes to every third person.
    """

    name: str
    site: str
    skills: tuple[str, ...]
    contracts: tuple[tuple[str, int], ...]
    extra_skill: str | None = None

    @property
    def people(self) -> int:
        """Number of agents."""
        return sum(number for _, number in self.contracts)


DEMO_TEAM = "Claims line 1"
NIGHT_TEAM = "Claims nights"
TEAMS = (
    TeamSpec("Bank voice A", "Toronto", ("bank-voice",), (("full", 12), ("part", 4))),
    TeamSpec("Bank voice B", "Toronto", ("bank-voice",), (("full", 12), ("part", 4)), "bank-chat"),
    TeamSpec("Bank voice C", "Halifax", ("bank-voice",), (("full", 14), ("part", 4))),
    TeamSpec(
        "Bank digital",
        "Toronto",
        ("bank-chat", "bank-email"),
        (("full", 13), ("part", 5)),
        "bank-voice",
    ),
    TeamSpec(
        DEMO_TEAM,
        "Halifax",
        ("claims-line",),
        (("relief", 1), ("full", 9), ("long", 4), ("part", 2)),
    ),
    TeamSpec(
        "Claims line 2",
        "Halifax",
        ("claims-line",),
        (("full", 10), ("long", 4), ("part", 2)),
        "claims",
    ),
    TeamSpec(NIGHT_TEAM, "Toronto", ("claims-line",), (("night", 8),)),
    TeamSpec("Claims desk", "Halifax", ("claims",), (("full", 10), ("part", 2)), "claims-line"),
)


@dataclass(frozen=True)
class ActivitySpec:
    """An activity code; `position` is its place among the portal's buttons."""

    key: str
    name: str
    letter: str
    color: str
    state_group: str
    is_paid: bool = True
    is_work: bool = False
    is_neutral: bool = False
    tolerance_seconds: int = 180
    limit_seconds: int | None = None
    position: int | None = None


ACTIVITIES = (
    ActivitySpec("work", "On the queue", "W", "activity-1", "AVAILABLE", is_work=True, position=1),
    ActivitySpec("handling", "On a contact", "H", "activity-1", "HANDLING", is_work=True),
    ActivitySpec(
        "after-work",
        "After-contact work",
        "A",
        "activity-2",
        "BUSY",
        is_work=True,
        limit_seconds=300,
        position=2,
    ),
    ActivitySpec(
        "break",
        "Break",
        "B",
        "activity-3",
        "AWAY",
        tolerance_seconds=120,
        limit_seconds=1200,
        position=3,
    ),
    ActivitySpec(
        "lunch", "Lunch", "L", "activity-4", "AWAY", is_paid=False, limit_seconds=2700, position=4
    ),
    ActivitySpec("meeting", "Meeting", "M", "activity-5", "AWAY", is_neutral=True, position=5),
    ActivitySpec("training", "Training", "T", "activity-6", "AWAY", is_neutral=True, position=6),
    ActivitySpec("coaching", "Coaching", "C", "activity-7", "AWAY", position=7),
    ActivitySpec(
        "technical", "Technical trouble", "X", "activity-8", "BUSY", limit_seconds=900, position=8
    ),
)

# Time off and paid time that the schedule does not place; no button in the portal.
ABSENCES = (
    ActivitySpec("vacation", "Vacation", "V", "activity-7", "OFFLINE"),
    ActivitySpec("sickness", "Sickness", "S", "activity-8", "OFFLINE"),
)


@dataclass(frozen=True)
class ShrinkageSpec:
    """A share of paid time; `is_scheduled` when the schedule places it itself."""

    code: str
    rate: float
    is_scheduled: bool = False


SHRINKAGE = (
    ShrinkageSpec("sickness", 0.04),
    ShrinkageSpec("training", 0.02),
    ShrinkageSpec("coaching", 0.01),
    ShrinkageSpec("break", 0.065, is_scheduled=True),
)
