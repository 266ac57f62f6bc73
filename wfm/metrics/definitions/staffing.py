"""Requirement and plan: how many people are needed, and how well the schedule covers it."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_RUN = _("Requirement run and schedule version of the period.")
_ERLANG = "Erlang 1917; Garnett, Mandelbaum & Reiman 2002, doi:10.1287/msom.4.3.208.7753"
_KOOLE = "Koole, Call Center Optimization, 2013"
_NOTHING_REQUIRED = _("Nothing required: undefined.")

STAFFING = (
    Metric(
        key="workload_erlangs",
        title=_("Workload"),
        definition=_("Offered contacts times average handle time per second of the interval."),
        unit=Unit.ERLANGS,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="expected_handle_seconds",
        denominator="interval_seconds",
        edge_cases=(_("Of several intervals it is the mean load."),),
        source=_RUN,
        reference=_ERLANG,
    ),
    Metric(
        key="required_agents",
        title=_("Required agents"),
        definition=_(
            "People on position in the interval so that the goal holds (net of shrinkage)."
        ),
        unit=Unit.AGENTS,
        pooling=Pooling.FROM_MODEL,
        better=Direction.LOWER,
        edge_cases=(
            _(
                "Of several intervals only agent-hours add up; queues that share agents are modelled together."
            ),
        ),
        source=_RUN,
        reference=_ERLANG,
    ),
    Metric(
        key="required_fte",
        title=_("Required FTE, gross"),
        definition=_("Required agents with the time that people are paid but not available."),
        unit=Unit.FTE,
        pooling=Pooling.NOT_POOLED,
        better=Direction.LOWER,
        numerator="required_agents",
        denominator="1 - shrinkage_rate",
        edge_cases=(
            _("Divided by what is left, never multiplied by 1 + shrinkage."),
            _("Shrinkage of 100 %: undefined."),
        ),
        source=_RUN,
        reference=_KOOLE,
    ),
    Metric(
        key="fte",
        title=_("FTE"),
        definition=_("Staff hours over the contract hours of one full-timer in the same period."),
        unit=Unit.FTE,
        pooling=Pooling.NOT_POOLED,
        better=Direction.NEAR_TARGET,
        numerator="staff_hours",
        denominator="full_time_hours",
        edge_cases=(_("Headcount is people, not FTE."),),
        source=_("Employment contracts and schedules."),
        reference=_KOOLE,
    ),
    Metric(
        key="staffing_gap_agents",
        title=_("Over- or understaffing"),
        definition=_("People scheduled on position minus people required, in one interval."),
        unit=Unit.AGENTS,
        pooling=Pooling.NOT_POOLED,
        better=Direction.NEAR_TARGET,
        numerator="staffed_agents - required_agents",
        edge_cases=(
            _("Not added up over intervals: a surplus at night does not cover a gap at noon."),
        ),
        source=_RUN,
        reference=_KOOLE,
    ),
    Metric(
        key="understaffed_hours",
        title=_("Understaffed hours"),
        definition=_("Missing agents times interval length, over the understaffed intervals."),
        unit=Unit.HOURS,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="understaffed_agent_hours",
        edge_cases=(_("Intervals without a requirement are not understaffed."),),
        source=_RUN,
        reference=_KOOLE,
    ),
    Metric(
        key="overstaffed_hours",
        title=_("Overstaffed hours"),
        definition=_("Surplus agents times interval length, over the overstaffed intervals."),
        unit=Unit.HOURS,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="overstaffed_agent_hours",
        source=_RUN,
        reference=_KOOLE,
    ),
    Metric(
        key="schedule_fit",
        title=_("Schedule fit"),
        definition=_(
            "One minus the absolute differences of staffed and required over the required."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="required_agent_hours - understaffed_agent_hours - overstaffed_agent_hours",
        denominator="required_agent_hours",
        edge_cases=(
            _NOTHING_REQUIRED,
            _("May fall below zero when more people are misplaced than required; shown as it is."),
        ),
        source=_RUN,
        reference=_KOOLE,
    ),
    Metric(
        key="solver_gap_rate",
        title=_("Optimality gap"),
        definition=_(
            "Distance of the best schedule found from the proven lower bound of its cost."
        ),
        unit=Unit.RATE,
        pooling=Pooling.NOT_POOLED,
        better=Direction.LOWER,
        numerator="best_objective - objective_lower_bound",
        denominator="best_objective",
        edge_cases=(
            _("A best cost of zero is optimal: the gap is undefined and shown as a dash."),
        ),
        source=_("Solve of the schedule version."),
        reference="Wolsey, Integer Programming, 2020",
    ),
    Metric(
        key="power_of_one",
        title=_("Power of one"),
        definition=_(
            "Change of service level when one agent is added or taken away in an interval."
        ),
        unit=Unit.RATE,
        pooling=Pooling.FROM_MODEL,
        better=Direction.NEAR_TARGET,
        source=_RUN,
        reference=_ERLANG,
    ),
)
