"""Accuracy of forecasts. Reported by horizon and granularity, against the frozen snapshot."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_SNAPSHOT = _("Frozen system forecast, without manual edits, against the interval history.")
_HYNDMAN = "Hyndman & Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001"
_NO_ACTUALS = _("No actual volume: undefined.")

FORECAST = (
    Metric(
        key="wape",
        title=_("WAPE"),
        definition=_("Sum of absolute errors over the sum of actuals."),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="absolute_error",
        denominator="actual_volume",
        edge_cases=(
            _NO_ACTUALS,
            _("Depends on granularity: shown with interval length and horizon."),
        ),
        source=_SNAPSHOT,
        reference="Kolassa & Schütz 2007, Foresight 6",
    ),
    Metric(
        key="bias",
        title=_("Bias"),
        definition=_(
            "Sum of forecast minus actual over the sum of actuals; above zero is too high."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="forecast_volume - actual_volume",
        denominator="actual_volume",
        edge_cases=(_NO_ACTUALS,),
        source=_SNAPSHOT,
        reference=_HYNDMAN,
    ),
    Metric(
        key="mape",
        title=_("MAPE"),
        definition=_(
            "Mean of absolute error over actual, of the intervals with an actual above zero."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="absolute_relative_error",
        denominator="nonzero_intervals",
        edge_cases=(
            _("Infinite at zero, so intervals without contacts are left out."),
            _("Weighs quiet intervals too much; shown only on request."),
        ),
        source=_SNAPSHOT,
        reference=_HYNDMAN,
    ),
    Metric(
        key="mase",
        title=_("MASE"),
        definition=_(
            "Mean absolute error over that of the forecast that repeats last week, in sample. Below "
            "one is better than repeating last week."
        ),
        unit=Unit.RATIO,
        pooling=Pooling.NOT_POOLED,
        better=Direction.LOWER,
        numerator="mean_absolute_error",
        denominator="seasonal_naive_mean_absolute_error",
        edge_cases=(_("History that repeats itself exactly: undefined."),),
        source=_SNAPSHOT,
        reference=_HYNDMAN,
    ),
    Metric(
        key="coverage",
        title=_("Coverage of the prediction interval"),
        definition=_(
            "Share of actuals inside the stated prediction interval; one on an end counts half."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="intervals_covered",
        denominator="banded_intervals",
        edge_cases=(
            _("Good is near the stated level; higher means bands wider than needed."),
            _("Only intervals expected to bring at least five contacts are judged."),
        ),
        source=_SNAPSHOT,
        reference="Gneiting & Raftery 2007, doi:10.1198/016214506000001437",
    ),
    Metric(
        key="noise_floor",
        title=_("Noise floor"),
        definition=_(
            "The WAPE that chance alone brings: what Poisson arrivals around a perfect forecast "
            "would miss by on average."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.NEAR_TARGET,
        numerator="chance_absolute_error",
        denominator="actual_volume",
        edge_cases=(
            _NO_ACTUALS,
            _("A period may lie below it by luck; on average no forecast does."),
            _("Falls as volume grows: it cannot be compared between interval lengths."),
        ),
        source=_SNAPSHOT,
        reference="Crow 1958, doi:10.1093/biomet/45.3-4.556",
    ),
    Metric(
        key="dispersion",
        title=_("Over-dispersion"),
        definition=_(
            "Variance beyond that of Poisson arrivals as a fraction of the squared forecast; above "
            "zero, days differ more than arrivals alone explain."
        ),
        unit=Unit.RATIO,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="excess_squared_error",
        denominator="squared_forecast",
        floor=0.0,
        edge_cases=(_("No forecast volume: undefined."),),
        source=_SNAPSHOT,
        reference="Jongbloed & Koole 2001, doi:10.1002/asmb.444",
    ),
    Metric(
        key="override_gain",
        title=_("Error saved by overrides"),
        definition=_(
            "Contacts of absolute error without the override less those with it; below zero it did "
            "harm."
        ),
        unit=Unit.COUNT,
        pooling=Pooling.SUM,
        better=Direction.HIGHER,
        numerator="absolute_error_without_override - absolute_error_with_override",
        edge_cases=(
            _("Judged once its time has come, beside all other overrides that stood then."),
        ),
        source=_(
            "Last forecast published when the changed time began, against the interval history."
        ),
        reference="Fildes et al. 2009, doi:10.1016/j.ijforecast.2008.11.010",
    ),
)
