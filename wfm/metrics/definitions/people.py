"""Time of people: occupancy, shrinkage, adherence."""

from __future__ import annotations

from dataclasses import replace

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_CLOCKED = _("Clocked activity of agents against their published shifts.")
_KOOLE = "Koole, Call Center Optimization, 2013"
_NO_SCHEDULE = _("No scheduled time: undefined.")
_APPROVED = _("Approved exceptions count as in adherence.")
_UNSEEN = _(
    "Time in which the feed was silent is neither in nor out: it is not scheduled time here."
)


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


def _never_below_zero(metric: Metric) -> Metric:
    return replace(metric, floor=0.0)


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
    _never_below_zero(
        _of_time(
            key="adherence_rate",
            title=_("Adherence"),
            definition=_(
                "One minus time out of adherence over scheduled time. An exception longer than the "
                "tolerance of its activity counts whole."
            ),
            numerator="scheduled_seconds - out_of_adherence_seconds",
            denominator="scheduled_seconds",
            edge_cases=(
                _NO_SCHEDULE,
                _APPROVED,
                _UNSEEN,
                _("Work outside the shift is not in it."),
            ),
        )
    ),
    _never_below_zero(
        _of_time(
            key="adherence_rate.excess_only",
            title=_("Adherence, excess only"),
            definition=_("As adherence, but an exception counts only beyond its tolerance."),
            numerator="scheduled_seconds - out_of_adherence_excess_seconds",
            denominator="scheduled_seconds",
            edge_cases=(_NO_SCHEDULE, _APPROVED),
        )
    ),
    _never_below_zero(
        _of_time(
            key="adherence_rate.with_outside_shift",
            title=_("Adherence with work outside the shift"),
            definition=_(
                "As adherence, but work outside the shift counts as out of adherence too."
            ),
            numerator="scheduled_seconds - out_of_adherence_seconds - outside_shift_seconds",
            denominator="scheduled_seconds",
            edge_cases=(_NO_SCHEDULE, _APPROVED),
        )
    ),
    _of_time(
        key="conformance_rate",
        title=_("Conformance"),
        definition=_("Time worked on position over time scheduled on position, whenever it was."),
        numerator="position_worked_seconds",
        denominator="position_scheduled_seconds",
        better=Direction.NEAR_TARGET,
        edge_cases=(_NO_SCHEDULE, _("May exceed 100 %.")),
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
