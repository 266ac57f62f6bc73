"""Words for the units and pooling rules of metrics."""

from django.utils.translation import gettext_lazy as _

from wfm.metrics.model import Pooling, Unit

UNIT_LABELS = {
    Unit.RATE: _("share, shown in percent"),
    Unit.SECONDS: _("seconds"),
    Unit.HOURS: _("hours"),
    Unit.COUNT: _("count"),
    Unit.AGENTS: _("agents on position"),
    Unit.FTE: _("full-time equivalents"),
    Unit.ERLANGS: _("erlangs"),
    Unit.RATIO: _("ratio"),
    Unit.MONEY: _("money"),
    Unit.SCORE: _("score"),
}
POOLING_LABELS = {
    Pooling.POOLED: _("sum of numerators over sum of denominators"),
    Pooling.SUM: _("values add up"),
    Pooling.LAST: _("last value of the period"),
    Pooling.SHARE_OF_PERIODS: _("share of periods that met the target"),
    Pooling.MEAN_OF_PERIODS: _("mean of the periods"),
    Pooling.FROM_RECORDS: _("computed from the records"),
    Pooling.FROM_MODEL: _("result of a model"),
    Pooling.NOT_POOLED: _("one value per series; never added"),
}
