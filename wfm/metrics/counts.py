"""The counts that formulas are made of: what each one holds, in which unit."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.metrics.marking import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Count:
    """A named count. Data sources are mapped to these names, never to a metric."""

    name: str
    unit: str
    description: str


_LIST = (
    # contacts of a live queue, booked to the interval in which they arrived
    Count(
        "offered",
        "contacts",
        _("Entered the queue for an agent: answered, abandoned or flowed out."),
    ),
    Count("answered", "contacts", _("Connected to an agent.")),
    Count("handled", "contacts", _("Completed by an agent.")),
    Count("abandoned", "contacts", _("Left by the customer in queue, before an agent.")),
    Count("callbacks", "contacts", _("Took the offer of a callback instead of waiting.")),
    Count("flowed_out", "contacts", _("Left the queue to another path before answer or abandon.")),
    Count("blocked", "contacts", _("Refused before the queue, for example all lines busy.")),
    Count("answered_within_threshold", "contacts", _("Answered within the threshold of the goal.")),
    Count(
        "abandoned_within_threshold", "contacts", _("Abandoned within the threshold of the goal.")
    ),
    Count(
        "abandoned_within_short",
        "contacts",
        _("Abandoned within the few seconds that count as a short abandon."),
    ),
    Count("answered_wait_seconds", "seconds", _("Queue wait of answered contacts, summed.")),
    Count(
        "total_wait_seconds", "seconds", _("Queue wait of all contacts, answered or not, summed.")
    ),
    Count(
        "handle_seconds",
        "seconds",
        _("Talk, hold and after-contact work of handled contacts, summed."),
    ),
    Count(
        "expected_handle_seconds", "seconds", _("Offered contacts times their average handle time.")
    ),
    Count("interval_seconds", "seconds", _("Length of the intervals, summed.")),
    # deferred work
    Count("due_items", "items", _("Work items whose due time lies in the period.")),
    Count(
        "completed_by_due_items",
        "items",
        _("Of the items due in the period, those completed by their due time."),
    ),
    Count("completed_items", "items", _("Work items completed in the period.")),
    Count(
        "completed_within_sla_items",
        "items",
        _("Of the items completed in the period, those completed by their due time."),
    ),
    Count(
        "turnaround_seconds",
        "seconds",
        _("Time from arrival to completion of the items completed, summed."),
    ),
    Count("touch_seconds", "seconds", _("Work time on completed items, without waiting, summed.")),
    Count("opening_backlog_items", "items", _("Items open at the start of the period.")),
    Count("arrived_items", "items", _("Items that arrived in the period.")),
    Count("issues", "issues", _("Customer issues opened in the period.")),
    Count(
        "issues_without_repeat",
        "issues",
        _("Issues without a repeat by the same customer within the window."),
    ),
    # time of people
    Count("paid_seconds", "seconds", _("Paid time.")),
    Count(
        "unavailable_seconds",
        "seconds",
        _("Paid time not available for work: leave, sickness, breaks, meetings, training."),
    ),
    Count("present_paid_seconds", "seconds", _("Paid time clocked in, whatever the activity.")),
    Count("planned_paid_seconds", "seconds", _("Planned paid time in which the feed was heard.")),
    Count(
        "unrecorded_seconds",
        "seconds",
        _("Planned paid time without any state, exception or time off."),
    ),
    Count("handling_seconds", "seconds", _("Time handling work.")),
    Count("available_idle_seconds", "seconds", _("Time ready for work and waiting.")),
    Count("scheduled_seconds", "seconds", _("Scheduled time in the shift.")),
    Count(
        "out_of_adherence_seconds",
        "seconds",
        _("Exceptions longer than their tolerance, counted whole."),
    ),
    Count(
        "out_of_adherence_excess_seconds",
        "seconds",
        _("Exceptions, only the part beyond their tolerance."),
    ),
    Count(
        "out_before_approval_seconds",
        "seconds",
        _("Deviations longer than their tolerance, as if nothing had been approved."),
    ),
    Count(
        "paid_out_of_adherence_seconds",
        "seconds",
        _("Exceptions longer than their tolerance in paid activities, counted whole."),
    ),
    Count("outside_shift_seconds", "seconds", _("Work outside the shift.")),
    Count("paid_scheduled_seconds", "seconds", _("Scheduled time of paid activities.")),
    Count(
        "seen_scheduled_seconds",
        "seconds",
        _("Scheduled time in which the feed was heard, whatever was approved."),
    ),
    Count(
        "in_adherence_seconds",
        "seconds",
        _("Scheduled time as planned, within its tolerance, or approved."),
    ),
    Count(
        "fitting_seconds",
        "seconds",
        _("Scheduled time in which the state was as planned, exactly."),
    ),
    Count(
        "approved_seconds",
        "seconds",
        _("Scheduled time in which the state was not as planned and an exception was approved."),
    ),
    Count("neutral_seconds", "seconds", _("Scheduled time of neutral activities.")),
    Count(
        "neutral_in_adherence_seconds",
        "seconds",
        _("Scheduled time of neutral activities that was in adherence."),
    ),
    Count(
        "clocked_in_shift_seconds",
        "seconds",
        _("Scheduled time clocked in: available, handling or busy."),
    ),
    Count(
        "clocked_outside_seconds",
        "seconds",
        _("Time clocked in outside the shift: available, handling or busy."),
    ),
    Count(
        "present_in_shift_seconds",
        "seconds",
        _("Scheduled time in any state but offline, breaks included."),
    ),
    Count("present_seconds", "seconds", _("Time in any state but offline, breaks included.")),
    Count("position_worked_seconds", "seconds", _("Time worked on position.")),
    Count("position_scheduled_seconds", "seconds", _("Time scheduled on position.")),
    Count("leavers", "people", _("People who left in the period.")),
    Count(
        "average_headcount_years",
        "person-years",
        _("Average headcount times the years of the period."),
    ),
    Count("staff_hours", "hours", _("Hours of staff time.")),
    Count("full_time_hours", "hours", _("Contract hours of one full-timer in the same period.")),
    # plan against demand
    Count("required_agents", "agents", _("People needed on position in the interval.")),
    Count("staffed_agents", "agents", _("People scheduled on position in the interval.")),
    Count("shrinkage_rate", "rate", _("Share of paid time not available.")),
    Count("required_agent_hours", "hours", _("Required agents times interval length, summed.")),
    Count(
        "understaffed_agent_hours",
        "hours",
        _("Missing agents times interval length, summed over understaffed intervals."),
    ),
    Count(
        "overstaffed_agent_hours",
        "hours",
        _("Surplus agents times interval length, summed over overstaffed intervals."),
    ),
    Count(
        "contacts_late",
        "contacts",
        _("Contacts, or items of deferred work, expected to miss their target time."),
    ),
    Count(
        "contacts_at_risk",
        "contacts",
        _("Of the contacts or items expected late, those beyond the share that the goal allows."),
    ),
    Count(
        "transferable_agent_hours",
        "hours",
        _("Time of people scheduled on a queue that other work could have, summed over intervals."),
    ),
    Count("wishes", "days", _("Days for which somebody had a wish.")),
    Count("wishes_kept", "days", _("Wished days that look as wished.")),
    Count("best_objective", "cost", _("Objective of the best schedule found.")),
    Count("objective_lower_bound", "cost", _("Proven lower bound of the objective.")),
    # forecast
    Count("absolute_error", "contacts", _("Absolute forecast error, summed over intervals.")),
    Count("forecast_volume", "contacts", _("Forecast volume, summed.")),
    Count("actual_volume", "contacts", _("Actual volume, summed.")),
    Count(
        "absolute_relative_error",
        "ratio",
        _("Absolute error over actual, summed over intervals with an actual above zero."),
    ),
    Count("nonzero_intervals", "intervals", _("Intervals with an actual above zero.")),
    Count("mean_absolute_error", "contacts", _("Mean absolute forecast error per interval.")),
    Count(
        "seasonal_naive_mean_absolute_error",
        "contacts",
        _("Mean absolute error, in sample, of the forecast that repeats last week."),
    ),
    Count(
        "intervals_covered",
        "intervals",
        _("Intervals judged for it whose actual lies inside the stated prediction interval."),
    ),
    Count(
        "banded_intervals",
        "intervals",
        _("Intervals with an actual that were expected to bring at least five contacts."),
    ),
    Count(
        "chance_absolute_error",
        "contacts",
        _("Absolute error of Poisson arrivals around the forecast, as expected, summed."),
    ),
    Count(
        "excess_squared_error",
        "contacts²",
        _("Squared error less the forecast (what Poisson arrivals bring), summed."),
    ),
    Count("squared_forecast", "contacts²", _("Squared forecast, summed.")),
    Count(
        "absolute_error_without_override",
        "contacts",
        _("Absolute error of the forecast without the override, summed."),
    ),
    Count(
        "absolute_error_with_override",
        "contacts",
        _("Absolute error of the forecast with the override, summed."),
    ),
    # contract periods
    Count("intervals_in_target", "intervals", _("Intervals with contacts that met the target.")),
    Count("intervals_with_contacts", "intervals", _("Intervals with contacts.")),
    Count("days_in_target", "days", _("Days with contacts that met the target.")),
    Count("days_with_contacts", "days", _("Days with contacts.")),
    Count("daily_service_level", "rate", _("Service level of each day with contacts, summed.")),
    Count("days_with_playbook", "days", _("Days on which a playbook was triggered.")),
    Count("days", "days", _("Days of the period.")),
)
COUNTS: dict[str, Count] = {count.name: count for count in _LIST}
