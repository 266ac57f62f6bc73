"""Contacts of live queues: waits, losses, handling."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_HISTORY = _("Interval history of the queue, by interval of arrival.")
_KOOLE = "Koole, Call Center Optimization, 2013"
_PATIENCE = "Brown et al. 2005, doi:10.1198/016214504000001808"

CONTACTS = (
    Metric(
        key="offered",
        title=_("Offered"),
        definition=_("Contacts that entered the queue for an agent."),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.NEAR_TARGET,
        numerator="offered",
        edge_cases=(
            _("Of a closed period: answered, abandoned and flowed out add up to offered."),
            _("A missing interval is missing, not zero."),
        ),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="asa_seconds",
        title=_("Average speed of answer"),
        definition=_("Mean queue wait of answered contacts."),
        unit=Unit.SECONDS,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="answered_wait_seconds",
        denominator="answered",
        edge_cases=(
            _("Nothing answered: undefined."),
            _("Abandoned contacts are not in it: it can look short while many give up."),
        ),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="abandonment_rate",
        title=_("Abandonment rate"),
        definition=_("Share of offered contacts that the customer left before an agent."),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="abandoned",
        denominator="offered",
        edge_cases=(
            _("Nothing offered: undefined."),
            _("A contact queued for callback is not abandoned."),
        ),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="abandonment_rate.excl_short",
        title=_("Abandonment rate without short abandons"),
        definition=_("Share abandoned, leaving out contacts abandoned within the short limit."),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="abandoned - abandoned_within_short",
        denominator="offered - abandoned_within_short",
        edge_cases=(_("Every contact a short abandon: undefined."),),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="answer_rate",
        title=_("Answer rate"),
        definition=_("Share of offered contacts that were answered."),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="answered",
        denominator="offered",
        edge_cases=(
            _("Nothing offered: undefined."),
            _("Contacts that flowed out count as not answered."),
        ),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="lost_contacts",
        title=_("Lost contacts"),
        definition=_("Contacts blocked before the queue or abandoned in it."),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="blocked + abandoned",
        edge_cases=(_("Where blocked contacts are not measured, use the abandoned only."),),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="lost_contacts.abandoned_only",
        title=_("Lost contacts, abandoned only"),
        definition=_("Contacts abandoned in the queue; blocked contacts are not measured."),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.LOWER,
        numerator="abandoned",
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="aht_seconds",
        title=_("Average handle time"),
        definition=_("Talk, hold and after-contact work per handled contact."),
        unit=Unit.SECONDS,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="handle_seconds",
        denominator="handled",
        edge_cases=(
            _("Nothing handled: undefined."),
            _("For chat it is time per contact, which grows with concurrency."),
        ),
        source=_HISTORY,
        reference=_KOOLE,
    ),
    Metric(
        key="aht_seconds.deferred",
        title=_("Average touch time"),
        definition=_("Work time per completed item of deferred work, without waiting."),
        unit=Unit.SECONDS,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="touch_seconds",
        denominator="completed_items",
        edge_cases=(_("Nothing completed: undefined."),),
        source=_("Work items of the queue."),
        reference=_KOOLE,
    ),
    Metric(
        key="patience_seconds",
        title=_("Patience"),
        definition=_(
            "Mean time a customer is willing to wait: total waiting time of all contacts per abandon."
        ),
        unit=Unit.SECONDS,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="total_wait_seconds",
        denominator="abandoned",
        edge_cases=(
            _("Nobody abandoned: undefined; the data only says that patience is longer."),
            _("Not the mean wait of those who abandoned: that is censored data."),
        ),
        source=_HISTORY,
        reference=_PATIENCE,
    ),
    Metric(
        key="fcr_rate",
        title=_("First-contact resolution"),
        definition=_(
            "Share of issues without a repeat by the same customer on the same issue within the "
            "window (default 7 days)."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="issues_without_repeat",
        denominator="issues",
        edge_cases=(
            _("The window is always shown beside the value."),
            _("Issues younger than the window are not judged yet."),
        ),
        source=_("Contact records with customer and issue."),
        reference="Cleveland, Call Center Management on Fast Forward, 2012",
    ),
)
