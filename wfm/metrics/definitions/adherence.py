"""Adherence and conformance: our default, its variants, and the formulas other products publish.

All are projections of the same sweep (adherence/core/projections.py), so they differ in what they
count and never in what happened.
"""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_CLOCKED = _("Clocked activity of agents against their published shifts.")
_KOOLE = "Koole, Call Center Optimization, 2013"
_SERVICENOW = "ServiceNow, Workforce Optimization: Time worked summary"
_SALESFORCE = "Salesforce, Object Reference: SchedulingAdherenceSummary"
_NO_SCHEDULE = _("No scheduled time: undefined.")
_WORK_ALONE = _("Work without any scheduled time: 0 %; neither of them: undefined.")
_APPROVED = _("Approved exceptions count as in adherence.")
_UNSEEN = _(
    "Time in which the feed was silent is neither in nor out: it is not scheduled time here."
)
_UNSEEN_ALWAYS = _(
    "Time in which the feed was silent is left out, also where an exception was approved."
)
_NOT_APPROVED = _("Knows no approvals: an approved exception changes nothing.")
_NO_TOLERANCE = _("Knows no tolerance: each second counts.")
_MAY_EXCEED = _("May exceed 100 %.")


def _of_shift(  # noqa: PLR0913 - a definition has that many parts
    *,
    key: str,
    title: str,
    definition: str,
    numerator: str,
    denominator: str = "scheduled_seconds",
    edge_cases: tuple[str, ...],
    reference: str = _KOOLE,
    better: Direction = Direction.HIGHER,
    floor: float | None = None,
    no_schedule: str = _NO_SCHEDULE,
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
        floor=floor,
        edge_cases=(no_schedule, *edge_cases),
        source=_CLOCKED,
        reference=reference,
    )


OWN = (
    _of_shift(
        key="adherence_rate",
        title=_("Adherence"),
        definition=_(
            "One minus time out of adherence over scheduled time. An exception longer than the "
            "tolerance of its activity counts whole."
        ),
        numerator="scheduled_seconds - out_of_adherence_seconds",
        edge_cases=(_APPROVED, _UNSEEN, _("Work outside the shift is not in it.")),
        floor=0.0,
    ),
    _of_shift(
        key="adherence_rate.excess_only",
        title=_("Adherence, excess only"),
        definition=_("As adherence, but an exception counts only beyond its tolerance."),
        numerator="scheduled_seconds - out_of_adherence_excess_seconds",
        edge_cases=(_APPROVED, _UNSEEN),
        floor=0.0,
    ),
    _of_shift(
        key="adherence_rate.with_outside_shift",
        title=_("Adherence with work outside the shift"),
        definition=_("As adherence, but work outside the shift counts as out of adherence too."),
        numerator="scheduled_seconds - out_of_adherence_seconds - outside_shift_seconds",
        edge_cases=(
            _APPROVED,
            _UNSEEN,
            _("Work in the unpaid gap of a split shift is outside the shift."),
        ),
        floor=0.0,
    ),
    _of_shift(
        key="adherence_rate.paid",
        title=_("Adherence of paid time"),
        definition=_("As adherence, but of paid activities only: an unpaid lunch is left out."),
        numerator="paid_scheduled_seconds - paid_out_of_adherence_seconds",
        denominator="paid_scheduled_seconds",
        edge_cases=(_APPROVED, _UNSEEN),
        floor=0.0,
    ),
)
PUBLISHED = (
    _of_shift(
        key="adherence_rate.calabrio",
        title=_("Adherence as Calabrio"),
        definition=_("Time in adherence over scheduled time without neutral time."),
        numerator="in_adherence_seconds - neutral_in_adherence_seconds",
        denominator="scheduled_seconds - neutral_seconds",
        edge_cases=(
            _("Nothing but neutral time: undefined."),
            _APPROVED,
            _UNSEEN,
            _(
                "There the pair of activity and state is neutral; here the planned activity is, "
                "by its mark."
            ),
        ),
        reference="Calabrio, WFM user guide: About historical adherence",
    ),
    _of_shift(
        key="adherence_rate.genesys_engage",
        title=_("Adherence as Genesys Engage"),
        definition=_(
            "100 % less non-compliant scheduled time and uncompliant time outside the schedule, "
            "over scheduled time and that outside time."
        ),
        numerator="scheduled_seconds - out_of_adherence_seconds",
        denominator="scheduled_seconds + outside_shift_seconds",
        edge_cases=(
            _APPROVED,
            _UNSEEN,
            _("Non-compliant is what exceeds its tolerance, counted whole."),
            _("Uncompliant is work without a plan, available or handling."),
        ),
        reference="Genesys, Workforce Management Supervisor Help: Adherence reports",
        no_schedule=_WORK_ALONE,
    ),
    _of_shift(
        key="adherence_rate.amazon_connect",
        title=_("Adherence as Amazon Connect"),
        definition=_("Adherent time over scheduled time."),
        numerator="fitting_seconds + approved_seconds",
        edge_cases=(
            _NO_TOLERANCE,
            _UNSEEN,
            _(
                "There a supervisor corrects the schedule afterwards; here an approved exception "
                "counts as adherent, which comes to the same."
            ),
        ),
        reference="Amazon Connect, Administrator Guide: Schedule adherence metrics",
    ),
    _of_shift(
        key="adherence_rate.salesforce",
        title=_("Adherence as Salesforce"),
        definition=_("Time present in the shift over scheduled time."),
        numerator="present_in_shift_seconds",
        denominator="seen_scheduled_seconds",
        edge_cases=(
            _("Present is any state but offline; which activity it was plays no part."),
            _NOT_APPROVED,
            _UNSEEN_ALWAYS,
        ),
        reference=_SALESFORCE,
    ),
    _of_shift(
        key="adherence_rate.servicenow",
        title=_("Adherence as ServiceNow"),
        definition=_("Time clocked in during the shift over scheduled time and overtime."),
        numerator="clocked_in_shift_seconds",
        denominator="seen_scheduled_seconds + clocked_outside_seconds",
        edge_cases=(
            _("Clocked in is available, handling or busy; a break clocks out, also a planned one."),
            _("Overtime is time clocked in outside the shift."),
            _NOT_APPROVED,
            _UNSEEN_ALWAYS,
        ),
        reference=_SERVICENOW,
        no_schedule=_WORK_ALONE,
    ),
    _of_shift(
        key="adherence_rate.puzzel_straight",
        title=_("Adherence as Puzzel, straight"),
        definition=_("Time as planned over scheduled time, without tolerance and approvals."),
        numerator="fitting_seconds",
        denominator="seen_scheduled_seconds",
        edge_cases=(_NO_TOLERANCE, _NOT_APPROVED, _UNSEEN_ALWAYS),
        reference="Puzzel, Workforce Management: Adherence",
    ),
    _of_shift(
        key="adherence_rate.puzzel_tolerance",
        title=_("Adherence as Puzzel, with tolerance"),
        definition=_("As straight, but deviations within their tolerance count as adherent."),
        numerator="seen_scheduled_seconds - out_before_approval_seconds",
        denominator="seen_scheduled_seconds",
        edge_cases=(
            _NOT_APPROVED,
            _UNSEEN_ALWAYS,
            _("A deviation longer than its tolerance counts whole."),
        ),
        reference="Puzzel, Workforce Management: Adherence",
    ),
    _of_shift(
        key="adherence_rate.puzzel_approved",
        title=_("Adherence as Puzzel, approved"),
        definition=_("As with tolerance, and approved exceptions count as adherent too."),
        numerator="in_adherence_seconds",
        edge_cases=(_APPROVED, _UNSEEN, _("Always equal to our default.")),
        reference="Puzzel, Workforce Management: Adherence",
    ),
)
CONFORMANCE = (
    _of_shift(
        key="conformance_rate",
        title=_("Conformance"),
        definition=_("Time worked on position over time scheduled on position, whenever it was."),
        numerator="position_worked_seconds",
        denominator="position_scheduled_seconds",
        edge_cases=(_MAY_EXCEED,),
        better=Direction.NEAR_TARGET,
    ),
    _of_shift(
        key="conformance_rate.salesforce",
        title=_("Conformance as Salesforce"),
        definition=_("Time present, also outside the shift, over scheduled time."),
        numerator="present_seconds",
        denominator="seen_scheduled_seconds",
        edge_cases=(_MAY_EXCEED, _UNSEEN_ALWAYS),
        reference=_SALESFORCE,
        better=Direction.NEAR_TARGET,
    ),
    _of_shift(
        key="conformance_rate.servicenow",
        title=_("Conformance as ServiceNow"),
        definition=_("Time clocked in, overtime included, over scheduled time."),
        numerator="clocked_in_shift_seconds + clocked_outside_seconds",
        denominator="seen_scheduled_seconds",
        edge_cases=(_MAY_EXCEED, _UNSEEN_ALWAYS),
        reference=_SERVICENOW,
        better=Direction.NEAR_TARGET,
    ),
)
ADHERENCE = (*OWN, *PUBLISHED, *CONFORMANCE)
