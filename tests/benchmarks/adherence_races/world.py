"""A published schedule full of contests: groups of people, each day one shift that several want."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now

from scheduling.models import (
    OpenShift,
    RequestPolicy,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftSwap,
)
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.models import Agent, Site, User

RACERS = 4
DAYS = 28
KINDS = ("swap", "claim", "one person twice", "exchange")
EIGHT_HOURS = timedelta(hours=8)


@dataclass(frozen=True)
class Attempt:
    """One request of one person."""

    user_id: int
    path: str


@dataclass(frozen=True)
class Step:
    """Attempts made at the same moment, of which one may succeed."""

    kind: str
    attempts: tuple[Attempt, ...]


class World:
    """People and shifts for so many steps."""

    def __init__(self, steps: int) -> None:
        self.queue = org.make_queue(name="Races")
        self.site: Site = org.make_site(name="Races")
        self.contract = make.make_contract(
            weekly_minutes_min=0,
            weekly_minutes_max=10_080,
            days_per_week_min=0,
            days_per_week_max=7,
            max_consecutive_days=200,
            consecutive_days_off=1,
            template={
                "earliest_start_minute": 0,
                "latest_start_minute": 1439,
                "length_min_minutes": 480,
                "length_max_minutes": 480,
            },
        )
        self.team = org.make_team(name="Races", site=self.site)
        RequestPolicy.objects.create(team=None, swap_notice_minutes=0)
        monday = now().date() + timedelta(days=14)
        self.monday = monday - timedelta(days=monday.weekday())
        self.version = make.make_version(
            monday=self.monday, days=DAYS, status="PUBLISHED", published_at=now()
        )
        assert isinstance(self.version, ScheduleVersion)
        self.code = make.make_codes()["work"]
        self.steps = [self._step(number) for number in range(steps)]

    def _step(self, number: int) -> Step:
        group, day = divmod(number, DAYS)
        if day == 0:
            self.givers = [self._person(f"G{group}-{n}") for n in range(RACERS)]
            self.takers = [self._person(f"T{group}-{n}") for n in range(RACERS)]
        kind = KINDS[number % len(KINDS)]
        begins = make.at(day, 8, monday=self.monday)
        makers = {
            "swap": self._swap,
            "claim": self._claim,
            "one person twice": self._twice,
            "exchange": self._exchange,
        }
        return Step(kind, tuple(makers[kind](begins)))

    def _person(self, name: str) -> tuple[Agent, User]:
        agent = org.make_agent(
            name=name,
            team=self.team,
            employment_contract=self.contract,
            skills=[self.queue.skill],
        )
        return agent, org.make_user("agent", agent=agent, password=None)

    def _swap(self, begins: datetime) -> list[Attempt]:
        """All takers want the shift that one offers."""
        swap = self._offered(self.givers[0][0], begins)
        return [_accept(user, swap) for _agent, user in self.takers]

    def _claim(self, begins: datetime) -> list[Attempt]:
        """All takers want the last place of an open shift."""
        offer = self._open(begins)
        return [_take(user, offer) for _agent, user in self.takers]

    def _twice(self, begins: datetime) -> list[Attempt]:
        """One taker wants four shifts at the same time."""
        taker = self.takers[0][1]
        swaps = [self._offered(agent, begins) for agent, _user in self.givers[:2]]
        offers = [self._open(begins + timedelta(hours=hours)) for hours in (0, 2)]
        return [
            *(_accept(taker, swap) for swap in swaps),
            *(_take(taker, offer) for offer in offers),
        ]

    def _exchange(self, begins: datetime) -> list[Attempt]:
        """Four want the same shift of one taker in exchange for theirs."""
        agent, user = self.takers[0]
        back = self._shift(agent, begins)
        swaps = [
            self._offered(giver, begins + timedelta(hours=1), back=back)
            for giver, _user in self.givers
        ]
        return [_accept(user, swap) for swap in swaps]

    def _shift(self, agent: Agent, begins: datetime) -> Shift:
        shift = Shift.objects.create(
            version=self.version,
            agent=agent,
            operational_date=begins.date(),
            starts_at=begins,
            ends_at=begins + EIGHT_HOURS,
            site=self.site,
            paid_minutes=480,
            is_published=True,
        )
        ShiftActivity.objects.create(
            shift=shift,
            activity_code=self.code,
            queue=self.queue,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )
        return shift

    def _offered(self, agent: Agent, begins: datetime, *, back: Shift | None = None) -> int:
        shift = self._shift(agent, begins)
        swap = ShiftSwap.objects.create(
            offered_by=agent,
            shift=shift,
            shift_revision=0,
            to_agent=None if back is None else back.agent,
            return_shift=back,
            return_revision=None if back is None else 0,
            is_exchange=back is not None,
            operational_date=shift.operational_date,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            requested_at=now(),
        )
        return int(swap.pk)

    def _open(self, begins: datetime) -> int:
        offer = OpenShift.objects.create(
            version=self.version,
            kind="OPEN",
            operational_date=begins.date(),
            starts_at=begins,
            ends_at=begins + EIGHT_HOURS,
            queue=self.queue,
            created_at=now(),
        )
        return int(offer.pk)


def _accept(user: User, swap: int) -> Attempt:
    return Attempt(user.pk, f"my-swaps/{swap}/accept/")


def _take(user: User, offer: int) -> Attempt:
    return Attempt(user.pk, f"my-offers/{offer}/claim/")
