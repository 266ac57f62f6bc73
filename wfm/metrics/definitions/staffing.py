"""Requirement and plan: how many people are needed, and how well the schedule covers it."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_RUN = _("Requirement run and schedule version of the period.")
_ERLANG = "Erlang 1917; Garnett, Mandelbaum & Reiman 2002, doi:10.1287/msom.4.3.208.7753"
_KOOLE = "Koole, Call Center Optimization, 2013"
_BOARD = _("Requirement in force and published schedule; the board of both floors.")
_BACKWARD = "Green, Kolesar & Whitt 2007, doi:10.1111/j.1937-5956.2007.tb00164.x"
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
        key="callback_rate",
        title=_("Callback rate"),
        definition=_(
            "Contacts that take the offer of a callback instead of waiting, over all that arrive."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="callbacks",
        denominator="offered",
        edge_cases=(
            _("A callback is a flow-out of the live queue: neither answered nor abandoned."),
            _("Service level, speed of answer and abandonment are of those who stay."),
            _("The callback itself counts in the deferred queue that makes it, by its due time."),
            _("Nobody arrives: undefined."),
        ),
        source=_RUN,
        reference="Armony & Maglaras 2004, doi:10.1287/opre.1040.0123",
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
        key="expected_late",
        title=_("Expected late"),
        definition=_(
            "Contacts expected to be answered after the threshold or not at all, or items expected to miss their due time, with the people who are scheduled."
        ),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="contacts_late",
        edge_cases=(
            _(
                "People count less the absence that nobody plans; a part of a person is the share of days on which one more is there."
            ),
            _("Items that are overdue already are not counted; they stand in the backlog by age."),
            _("Nothing is predicted where no schedule is published, or before now."),
        ),
        source=_BOARD,
        reference=_BACKWARD,
    ),
    Metric(
        key="sla_risk",
        title=_("At risk"),
        definition=_(
            "Contacts or items expected late beyond the share that the goal allows, with the people who are scheduled."
        ),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="contacts_at_risk",
        edge_cases=(
            _(
                "Live queues: each interval by itself; one that does better does not make up for another."
            ),
            _("Deferred work: each day of the queue by itself, shown where its items are late."),
        ),
        source=_BOARD,
        reference=_BACKWARD,
    ),
    Metric(
        key="transferable_hours",
        title=_("Transferable hours"),
        definition=_(
            "Hours of people scheduled on a queue that other work could have: of a live queue idle time up to the occupancy cap, with the level at most 0.5 points lower; of deferred work what can be taken away with the level at most 0.5 points lower and no more work open at the end than at the start, but for that share."
        ),
        unit=Unit.HOURS,
        pooling=Pooling.SUM,
        better=Direction.NEAR_TARGET,
        numerator="transferable_agent_hours",
        edge_cases=(
            _("Nobody where the goal is missed."),
            _(
                "Live: other work is begun only while more than a reserve of people is free; the smallest reserve that keeps the level is taken, and an item lasts as long as a contact."
            ),
            _("Agents who hold several chats: only whole people who can leave the interval."),
            _("Deferred: the same share of the people in every interval."),
            _(
                "Points and cap are those of the queue's pool, else 0.5 points and 85 %; a stricter cap of the goal holds."
            ),
        ),
        source=_BOARD,
        reference="Bhulai & Koole 2003, doi:10.1109/TAC.2003.815038",
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
    Metric(
        key="cost_to_service",
        title=_("Cost to service"),
        definition=_(
            "Minutes that customers wait, per hour, because one agent is not on position (below 0), or "
            "that they wait less because one works beyond the plan (above 0). Live queues: minutes in "
            "the queue over the coming hour, the queue run through with the people who are there and "
            "with one more or fewer. Deferred work: minutes that items spend past their due time."
        ),
        unit=Unit.RATIO,
        pooling=Pooling.FROM_MODEL,
        better=Direction.HIGHER,
        edge_cases=(
            _("Less than half a minute an hour is neutral, and so is who is late to a meeting."),
            _("Without a published requirement, or while the queue is closed: a dash."),
            _("Queues of a pool are one stream of work, since their people are one team."),
        ),
        source=_("Requirement in force, published shifts and live states, made once a minute."),
        reference=_ERLANG,
    ),
)
