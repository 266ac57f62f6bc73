"""Time of people: occupancy, shrinkage, attrition. Adherence has a file of its own."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_CLOCKED = _("Clocked activity of agents against their published shifts.")
_UNSEEN = _("Time in which the feed was silent is left out of both.")
_KOOLE = "Koole, Call Center Optimization, 2013"


def _of_time(
    *,
    key: str,
    title: str,
    definition: str,
    numerator: str,
    denominator: str,
    better: Direction = Direction.HIGHER,
    edge_cases: tuple[str, ...] = (),
) -> Metric:
    return Metric(
        key=key,
        title=title,
        definition=definition,
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=better,
        numerator=numerator,
        denominator=denominator,
        edge_cases=edge_cases,
        source=_CLOCKED,
        reference=_KOOLE,
    )


PEOPLE = (
    _of_time(
        key="occupancy_rate",
        title=_("Occupancy"),
        definition=_("Handling time over handling and available idle time."),
        numerator="handling_seconds",
        denominator="handling_seconds + available_idle_seconds",
        better=Direction.NEAR_TARGET,
        edge_cases=(
            _("Nobody on position: undefined."),
            _("Long above about 90 % it wears people out."),
        ),
    ),
    _of_time(
        key="utilization_rate",
        title=_("Utilization"),
        definition=_("Handling and available time over paid time."),
        numerator="handling_seconds + available_idle_seconds",
        denominator="paid_seconds",
        better=Direction.NEAR_TARGET,
        edge_cases=(_("No paid time: undefined."),),
    ),
    _of_time(
        key="shrinkage_rate",
        title=_("Shrinkage"),
        definition=_(
            "Share of paid time not available: external (leave, sickness) and internal (breaks, "
            "meetings, training, coaching)."
        ),
        numerator="unavailable_seconds",
        denominator="paid_seconds",
        better=Direction.LOWER,
        edge_cases=(
            _("No paid time: undefined."),
            _("Breaks that the schedule already places are not counted again in planning."),
        ),
    ),
    _of_time(
        key="presence_rate",
        title=_("Presence"),
        definition=_("Paid time in which the agent was clocked in, over paid time."),
        numerator="present_paid_seconds",
        denominator="paid_seconds",
        edge_cases=(_("No paid time: undefined."), _UNSEEN),
    ),
    _of_time(
        key="availability_rate",
        title=_("Available of presence"),
        definition=_("Handling and available time over the paid time clocked in."),
        numerator="handling_seconds + available_idle_seconds",
        denominator="present_paid_seconds",
        better=Direction.NEAR_TARGET,
        edge_cases=(_("Nobody clocked in: undefined."), _UNSEEN),
    ),
    _of_time(
        key="unrecorded_rate",
        title=_("Un-recorded time"),
        definition=_(
            "Planned paid time without any state, exception or time off, over planned paid time."
        ),
        numerator="unrecorded_seconds",
        denominator="planned_paid_seconds",
        better=Direction.LOWER,
        edge_cases=(_("No planned paid time: undefined."), _UNSEEN),
    ),
    _of_time(
        key="contingency_day_share",
        title=_("Contingency days"),
        definition=_("Share of days on which a playbook was triggered."),
        numerator="days_with_playbook",
        denominator="days",
        better=Direction.LOWER,
        edge_cases=(_("No days: undefined."),),
    ),
    _of_time(
        key="attrition_rate",
        title=_("Attrition"),
        definition=_("Leavers over average headcount per year."),
        numerator="leavers",
        denominator="average_headcount_years",
        better=Direction.LOWER,
        edge_cases=(_("May exceed 100 % a year."),),
    ),
)
