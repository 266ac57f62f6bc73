"""The limits that hold where no row of the settings says otherwise."""

from collections.abc import Mapping

from adherence.core.alerting import Limits

MINUTE = 60


def _limits(threshold: float, *, worse_above: bool = True, **more: float) -> Limits:
    return Limits(
        threshold=threshold,
        is_worse_above=worse_above,
        hysteresis=more.get("hysteresis", 0.0),
        hold_seconds=int(more.get("hold", 5) * MINUTE),
        clear_seconds=int(more.get("clear", 10) * MINUTE),
        escalate_seconds=int(more.get("escalate", 15) * MINUTE),
    )


DEFAULTS: Mapping[str, Limits] = {
    # Points of the level by which the next hour is expected to miss its goal.
    "SERVICE_AT_RISK": _limits(0.05, hysteresis=0.02),
    # Share of the required people who are not there.
    "UNDERSTAFFED": _limits(0.15, hysteresis=0.05),
    # Share of the last hour's forecast by which the volume differs.
    "ABOVE_FORECAST": _limits(0.2, hysteresis=0.05),
    "BELOW_FORECAST": _limits(0.2, hysteresis=0.05, escalate=30),
    # Hours until the work due can no longer be done in time.
    "BACKLOG_BREACH": _limits(8.0, worse_above=False, hysteresis=1.0, escalate=30),
    # Share of the people planned now who do what is planned.
    "TEAM_ADHERENCE": _limits(0.8, worse_above=False, hysteresis=0.05),
    # Holders of the skill who are planned now and missing, where there is one alone.
    "SOLE_HOLDER_ABSENT": _limits(1.0, hold=3, clear=2),
    # Minutes for which a feed has been silent beyond its own limit.
    "FEED_SILENT": _limits(0.0, hold=0, clear=1),
}
