"""Ten pools that are blended, and some in which it is hard or does not pay."""

from staffing.core.plan_shape import PlanShape
from tests.staffing.core.pools import Case, Deferred, Live, surge

CASES = (
    Case("calls and e-mail, finished first", (Live(12.0),), (Deferred(120),)),
    Case("calls and e-mail, interrupted", (Live(12.0),), (Deferred(120),), is_interruptible=True),
    Case(
        "two live queues and e-mail",
        (Live(12.0), Live(8.0, 420.0, 300.0, 0.8, 60.0)),
        (Deferred(120),),
    ),
    Case(
        "two live queues, nothing deferred",
        (Live(15.0), Live(10.0, 240.0, 180.0, 0.9, 45.0)),
        (),
    ),
    Case(
        "three live queues, interrupted claims",
        (Live(10.0), Live(6.0, 420.0, 300.0, 0.8, 60.0), Live(5.0, 300.0, 240.0, 0.7, 90.0)),
        (Deferred(60, 900.0, 8.0),),
        is_interruptible=True,
    ),
    Case("a surge at noon", (Live(20.0, curve=surge),), (Deferred(150, 300.0, 6.0),), cap=0.9),
    Case("short items, a small desk", (Live(5.0),), (Deferred(120, 180.0, 2.0, 0.9),)),
    Case(
        "two deferred queues of different terms and hours",
        (Live(15.0),),
        (Deferred(60, 480.0, 3.0), Deferred(40, 600.0, 10.0, 0.98, opens=6.0, closes=14.0)),
        is_interruptible=True,
    ),
    Case(
        "sixty erlang, nobody gives up",
        (Live(60.0, 240.0, float("nan")),),
        (Deferred(250, 420.0),),
        is_interruptible=True,
        cap=0.9,
    ),
    Case(
        "an opening backlog, interrupted",
        (Live(12.0),),
        (Deferred(100, 480.0, 6.0, 0.9, backlog=40),),
        is_interruptible=True,
    ),
)

EXTRAS = (
    Case(
        "an opening backlog, flat new hours",
        (Live(12.0),),
        (Deferred(100, 480.0, 6.0, 0.9, backlog=40),),
        shape=PlanShape.FLAT,
        cap=0.9,
    ),
    Case("long items, finished first", (Live(12.0),), (Deferred(40, 1800.0, 4.0),)),
    Case(
        "two quiet queues with minimums",
        (Live(1.0, min_agents=3), Live(0.4, 240.0, opens=10.0, closes=16.0, min_agents=3)),
        (Deferred(60),),
        is_interruptible=True,
    ),
)
