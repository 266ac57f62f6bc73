"""Service level in the variants that contracts use; each has its own key.

Reference for the variants of live queues: Koole, Call Center Optimization (2013), chapter 2;
Gans, Koole, Mandelbaum, "Telephone Call Centers: Tutorial, Review, and Research Prospects",
Manufacturing & Service Operations Management 5(2), 2003, doi:10.1287/msom.5.2.79.16071.
"""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_REFERENCE = "Gans, Koole & Mandelbaum 2003, doi:10.1287/msom.5.2.79.16071"
_SOURCE = _("Interval history of the queue, by interval of arrival.")
_NOTHING_OFFERED = _("Nothing offered: undefined, shown as a dash; never 0 % or 100 %.")
_FLOWED_OUT = _("Contacts that flowed out are left out.")


def _live(
    *,
    variant: str,
    title: str,
    definition: str,
    numerator: str,
    denominator: str,
    edge_cases: tuple[str, ...] = (),
) -> Metric:
    return Metric(
        key=f"service_level.{variant}",
        title=title,
        definition=definition,
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator=numerator,
        denominator=denominator,
        edge_cases=(_NOTHING_OFFERED, _FLOWED_OUT, *edge_cases),
        source=_SOURCE,
        reference=_REFERENCE,
    )


_ALL_SHORT = _("Every contact a short abandon: nothing is left to judge, undefined.")

SERVICE_LEVEL = (
    _live(
        variant="answered_over_offered",
        title=_("Service level"),
        definition=_("Share of offered contacts that were answered within the threshold."),
        numerator="answered_within_threshold",
        denominator="answered + abandoned",
        edge_cases=(_("An abandon counts against the level however short it was."),),
    ),
    _live(
        variant="answered_or_abandoned_within_over_offered",
        title=_("Service level, wait within the threshold"),
        definition=_(
            "Share of offered contacts that waited no longer than the threshold, whether they were "
            "answered or gave up."
        ),
        numerator="answered_within_threshold + abandoned_within_threshold",
        denominator="answered + abandoned",
    ),
    _live(
        variant="excl_abandons_within_threshold",
        title=_("Service level without abandons in the threshold"),
        definition=_(
            "Share answered within the threshold, leaving out contacts that gave up within it."
        ),
        numerator="answered_within_threshold",
        denominator="answered + abandoned - abandoned_within_threshold",
        edge_cases=(_ALL_SHORT,),
    ),
    _live(
        variant="excl_short_abandons",
        title=_("Service level without short abandons"),
        definition=_(
            "Share answered within the threshold, leaving out short abandons. The usual form in "
            "contracts."
        ),
        numerator="answered_within_threshold",
        denominator="answered + abandoned - abandoned_within_short",
        edge_cases=(_ALL_SHORT,),
    ),
    _live(
        variant="answered_over_answered",
        title=_("Service level of answered contacts"),
        definition=_(
            "Share of answered contacts that were answered within the threshold. In use, not "
            "recommended: a lost contact costs nothing."
        ),
        numerator="answered_within_threshold",
        denominator="answered",
        edge_cases=(_("Abandoned contacts are not seen at all."),),
    ),
    _live(
        variant="short_abandons_count",
        title=_("Service level counting short abandons as served"),
        definition=_("Share answered within the threshold or abandoned within the short limit."),
        numerator="answered_within_threshold + abandoned_within_short",
        denominator="answered + abandoned",
    ),
    Metric(
        key="service_level.virtual",
        title=_("Virtual service level"),
        definition=_(
            "Probability that an infinitely patient customer would wait no longer than the "
            "threshold. For planning only: it cannot be measured."
        ),
        unit=Unit.RATE,
        pooling=Pooling.FROM_MODEL,
        better=Direction.HIGHER,
        edge_cases=(_("Never compared with a measured service level."),),
        source=_("Queueing model of the requirement run."),
        reference=_REFERENCE,
    ),
    Metric(
        key="service_level.deferred",
        title=_("Service level of deferred work"),
        definition=_(
            "Share of the items due in the period that were completed by their due time. Open "
            "overdue items count as missed."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="completed_by_due_items",
        denominator="due_items",
        edge_cases=(
            _("Nothing due: undefined, shown as a dash."),
            _("An item belongs to the period of its due time, not of its arrival or completion."),
            _("Items due after the as-of time are not judged yet."),
            _("Completed exactly at its due time counts as completed in time."),
            _(
                "An item's due time follows the goal in force on its day of arrival: business or "
                "calendar hours or days, and what arrives at the cut-off or later counts as of the "
                "next day."
            ),
        ),
        source=_("Work items of the queue with arrival, due and completion time."),
        reference="Cleveland, Call Center Management on Fast Forward, 2012",
    ),
    Metric(
        key="service_level.share_of_intervals_in_target",
        title=_("Share of intervals in target"),
        definition=_(
            "Share of the intervals with contacts whose own service level met the target."
        ),
        unit=Unit.RATE,
        pooling=Pooling.SHARE_OF_PERIODS,
        better=Direction.HIGHER,
        numerator="intervals_in_target",
        denominator="intervals_with_contacts",
        edge_cases=(_("Intervals without contacts are neither met nor missed."),),
        source=_SOURCE,
        reference=_(
            "Used only where a contract names it; it weighs quiet intervals like busy ones."
        ),
    ),
    Metric(
        key="service_level.share_of_days_in_target",
        title=_("Share of days in target"),
        definition=_("Share of the days with contacts whose own service level met the target."),
        unit=Unit.RATE,
        pooling=Pooling.SHARE_OF_PERIODS,
        better=Direction.HIGHER,
        numerator="days_in_target",
        denominator="days_with_contacts",
        edge_cases=(_("Days are those of the clause's time zone."),),
        source=_SOURCE,
        reference=_("Used only where a contract names it."),
    ),
    Metric(
        key="service_level.mean_of_daily_values",
        title=_("Mean of daily service levels"),
        definition=_(
            "Mean of the service levels of the days with contacts, each day weighing alike."
        ),
        unit=Unit.RATE,
        pooling=Pooling.MEAN_OF_PERIODS,
        better=Direction.HIGHER,
        numerator="daily_service_level",
        denominator="days_with_contacts",
        edge_cases=(_("Differs from the pooled value whenever volumes differ between days."),),
        source=_SOURCE,
        reference=_("Used only where a contract names it."),
    ),
)
