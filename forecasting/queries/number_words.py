"""Why a number is what it is, in one sentence of its factors: for pages and REST alike."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from forecasting.models import DriverSeries, ForecastQueueResult, SpecialDay
from forecasting.queries.components import ExplainedInterval
from forecasting.queries.holidays import holiday_calendar
from wfm.org.models import Holiday, Queue
from wfm.org.weekdays import WEEKDAYS
from wfm.web.formats import local_clock, local_day, number, percent, signed

NEUTRAL = 0.0005
"""A factor this close to 1 is not mentioned."""


class NumberWords:
    """Sentences about the intervals of a queue on some dates; names are looked up once."""

    def __init__(self, queue: Queue, *, first_date: date, last_date: date) -> None:
        """Look up what the dates are called."""
        self._queue = queue
        self._zone = ZoneInfo(queue.timezone)
        self._special = _special_names(queue, first_date, last_date)
        self._drivers: dict[int, str] = {}

    def of(self, row: ExplainedInterval) -> str:
        """Why this number."""
        zone = self._queue.timezone
        when = f"{local_day(row.starts_at, zone)} {local_clock(row.starts_at, zone)}"
        if not row.is_open:
            return _("%(when)s: closed, so nothing is expected.") % {"when": when}
        sentence = _("%(when)s: %(factors)s = %(mean)s; usual range %(low)s–%(high)s.") % {
            "when": when,
            "factors": " × ".join(self._factors(row)),
            "mean": number(row.mean, 1),
            "low": number(row.quantile_10, 0),
            "high": number(row.quantile_90, 0),
        }
        if abs(row.final_mean - row.mean) > 1e-6:
            changed = _("Changed by hand to %(final)s.") % {"final": number(row.final_mean, 1)}
            sentence += " " + changed
        return sentence

    def _factors(self, row: ExplainedInterval) -> list[str]:
        parts, on_date = row.parts, row.starts_at.astimezone(self._zone).date()
        share = {
            "share": percent(parts.share, 1),
            "time": local_clock(row.starts_at, self._queue.timezone),
        }
        factors = [
            _level_words(parts.level, parts.growth_per_week),
            _("%(weekday)s %(factor)s")
            % {"weekday": dict(WEEKDAYS)[on_date.weekday()], "factor": number(parts.weekday, 2)},
            _("%(share)s of the day at %(time)s") % share,
        ]
        if abs(parts.special - 1) > NEUTRAL:
            name = self._special.get(on_date) or _("holiday or special day")
            factors.append(f"{name} {number(parts.special, 2)}")
        if abs(parts.driver - 1) > NEUTRAL:
            factors.append(f"{self._driver_names(row.run_id)} {_change(parts.driver)}")
        if abs(parts.today - 1) > NEUTRAL:
            change = {"change": _change(parts.today)}
            factors.append(_("what came so far today %(change)s") % change)
        return factors

    def _driver_names(self, run_id: int) -> str:
        """The queues and named drivers that drive this queue in that run."""
        if run_id not in self._drivers:
            results = ForecastQueueResult.objects.filter(run=run_id, queue=self._queue)
            kept = (results.values_list("components", flat=True).first() or {}).get("driver") or {}
            items = (kept, *kept.get("more", []))
            queues = Queue.objects.filter(pk__in=[item.get("queue_id") for item in items])
            series = DriverSeries.objects.filter(pk__in=[item.get("series_id") for item in items])
            names = [*queues.values_list("name", flat=True), *series.values_list("name", flat=True)]
            self._drivers[run_id] = ", ".join(sorted(names)) or _("drivers")
        return self._drivers[run_id]


def _special_names(queue: Queue, first: date, last: date) -> dict[date, str]:
    """What dates are called: by their special day, else their holiday."""
    calendar = holiday_calendar(queue, first, last)
    names = {item.on_date: item.kind for item in calendar.dates}
    span = {"queue": queue, "date__range": (first, last)}
    holidays = Holiday.objects.filter(**span).exclude(name="")
    names.update(holidays.values_list("date", "name"))
    names.update(SpecialDay.objects.filter(**span).values_list("date", "name"))
    return names


def _level_words(level: float, growth: float) -> str:
    words = _("level %(level)s contacts a day") % {"level": number(level, 0 if level >= 100 else 1)}
    if growth > 0:
        words += _(", rising %(growth)s a week") % {"growth": percent(growth, 1)}
    elif growth < 0:
        words += _(", falling %(growth)s a week") % {"growth": percent(-growth, 1)}
    return words


def _change(factor: float) -> str:
    return f"{signed(100 * (factor - 1), 0)} %"
