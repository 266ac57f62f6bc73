"""How kind a schedule is to people and how evenly it shares its burdens."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_GLOSSARY = "Glossary of this product: comfort score"
_SCHEDULE = _("Shifts of the schedule version and the wishes for its days.")

COMFORT = (
    Metric(
        key="comfort_score",
        title=_("Comfort"),
        definition=_(
            "Weighed mean, 0 to 100, of: wishes kept (0.3), steadiness of starts (0.2, none left at a "
            "mean distance of 120 minutes from the usual start), free weekends (0.2), shortest rest "
            "(0.1, from 11 to 14 hours), longest run of days (0.1, from 7 to 5) and shifts that are "
            "not split (0.1)."
        ),
        unit=Unit.SCORE,
        pooling=Pooling.FROM_RECORDS,
        better=Direction.HIGHER,
        edge_cases=(
            _(
                "A part that did not happen (no wish, one shift) is left out and its weight with it."
            ),
        ),
        source=_SCHEDULE,
        reference=_GLOSSARY,
    ),
    Metric(
        key="wish_rate",
        title=_("Wishes kept"),
        definition=_("Wished days that the schedule keeps, over wished days."),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="wishes_kept",
        denominator="wishes",
        edge_cases=(_("No wish: undefined."),),
        source=_SCHEDULE,
        reference=_GLOSSARY,
    ),
    Metric(
        key="start_spread_minutes",
        title=_("Start spread"),
        definition=_("Mean distance, in minutes, of an agent's starts from their median start."),
        unit=Unit.COUNT,
        pooling=Pooling.FROM_RECORDS,
        better=Direction.LOWER,
        edge_cases=(_("Below two shifts: undefined."),),
        source=_SCHEDULE,
        reference=_GLOSSARY,
    ),
    Metric(
        key="fairness_index",
        title=_("Fairness"),
        definition=_(
            "How evenly a burden (weekends worked) is shared over a rolling quarter: the square of "
            "the sum over n times the sum of squares of burdens per week. 1 where all bear the same, "
            "1/n where one bears all."
        ),
        unit=Unit.RATIO,
        pooling=Pooling.FROM_RECORDS,
        better=Direction.HIGHER,
        edge_cases=(_("Nobody bears anything: 1."),),
        source=_SCHEDULE,
        reference="Jain, Chiu, Hawe, A quantitative measure of fairness, DEC-TR-301, 1984",
    ),
)
