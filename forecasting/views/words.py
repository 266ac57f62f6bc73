"""Names of methods and horizons for people, and the backtest as rows of a table."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasting.models import DriverSeries, ForecastQueueResult
from wfm.org.models import Queue
from wfm.web.formats import number, percent

METHODS: dict[str, Promise | str] = {
    "discounted_blend": _("level at several speeds × weekday profile"),
    "profile_smoothing": _("exponential smoothing × weekday profile"),
    "weekday_mean": _("mean of the last six same weekdays"),
    "seasonal_naive": _("same day of last week"),
    "starting_plan": _("starting plan"),
}
HORIZONS: dict[str, Promise | str] = {
    "all": _("all"),
    "day 1": _("next day"),
    "days 2-3": _("days 2–3"),
    "days 4-7": _("days 4–7"),
    "days 8-14": _("days 8–14"),
    "days 15-28": _("days 15–28"),
    "day 29 on": _("day 29 on"),
}
LEAD_HORIZONS: dict[str, Promise | str] = {
    "all": _("all horizons"),
    "day_1": _("next day"),
    "days_2_7": _("days 2–7"),
    "days_8_14": _("days 8–14"),
    "days_15_28": _("days 15–28"),
    "days_29_56": _("days 29–56"),
}


def method_words(method: str) -> Promise | str:
    """A method's name in the person's language."""
    return METHODS.get(method, method)


def score_rows(result: ForecastQueueResult) -> list[dict[str, Any]]:
    """One row per method: its overall scores and its WAPE by horizon."""
    scores = result.backtest.get("scores", [])
    horizons = [name for name in HORIZONS if any(score["horizon"] == name for score in scores)]
    rows = []
    for method, words in METHODS.items():
        by_horizon = {score["horizon"]: score for score in scores if score["method"] == method}
        if not by_horizon:
            continue
        rows.append(
            {
                "method": words,
                "is_chosen": method == result.method,
                "overall": by_horizon["all"],
                "wapes": [by_horizon[name]["wape"] for name in horizons if name != "all"],
            }
        )
    return rows


def horizon_headers(result: ForecastQueueResult) -> list[Promise | str]:
    """Headings of the WAPE columns of score_rows."""
    scores = result.backtest.get("scores", [])
    present = {score["horizon"] for score in scores}
    return [words for name, words in HORIZONS.items() if name in present and name != "all"]


def why_words(result: ForecastQueueResult) -> list[str]:
    """Why these numbers, in sentences; what was stored where there are no scores to tell it from."""
    scores = result.backtest.get("scores", [])
    overall = {score["method"]: score for score in scores if score["horizon"] == "all"}
    chosen = overall.get(result.method)
    if chosen is None or chosen["wape"] is None or result.flag == ForecastQueueResult.Flag.CONSTANT:
        return [result.reason]
    sentences = [
        gettext("“%(method)s” missed %(wape)s of the volume per interval in %(origins)s backtests.")
        % {
            "method": method_words(result.method),
            "wape": percent(chosen["wape"], 1),
            "origins": chosen["origins"],
        }
    ]
    others = [
        f"{method_words(method)} {percent(score['wape'], 1)}"
        for method, score in overall.items()
        if method != result.method and score["wape"] is not None
    ]
    if others:
        sentences.append(gettext("The others: %(others)s.") % {"others": "; ".join(others)})
    if result.flag == ForecastQueueResult.Flag.THIN:
        sentences.append(gettext("The history is thin: expect more change than the band says."))
    if driver := result.components.get("driver"):
        sentences.extend(driver_words(each) for each in (driver, *driver.get("more", ())))
        sentences.append(
            gettext("The backtests forecast of the driver what was not known ahead, too.")
        )
    if repeats := result.components.get("repeats"):
        sentences.append(repeat_words(repeats))
    return sentences


def repeat_words(repeats: dict[str, Any]) -> str:
    """How many customers call again, in a sentence."""
    return gettext(
        "Customers call again: each first contact brings %(repeats)s repeats, most after "
        "%(low)s–%(high)s days (a repeat is a contact within %(window)s days of the last one)."
    ) % {
        "repeats": number(repeats["repeats_per_first"], 2),
        "low": repeats["first_day"],
        "high": repeats["last_day"],
        "window": repeats["window_days"],
    }


def driver_words(driver: dict[str, Any]) -> str:
    """A driver link in a sentence: strength, lag and gain."""
    if "mean_lag_days" not in driver:  # a run of an older version: its own sentence
        return str(driver["words"])
    low, high = driver["first_day"], driver["last_day"]
    if high == 0:
        when = gettext("less than a day")
    elif low == high:
        when = gettext("%(days)s days") % {"days": low}
    else:
        when = gettext("%(low)s–%(high)s days") % {"low": low, "high": high}
    template = gettext(
        "Each %(driver)s brings %(contacts)s contacts, most after %(when)s; "
        "the error of held-out days falls by %(gain)s."
    )
    if driver["contacts_per_unit"] < 0:
        template = gettext(
            "Each %(driver)s takes %(contacts)s contacts away, most after %(when)s; "
            "the error of held-out days falls by %(gain)s."
        )
    return template % {
        "driver": _unit_words(driver),
        "contacts": number(abs(driver["contacts_per_unit"]), 2),
        "when": when,
        "gain": percent(1 - driver["error_with"] / driver["error_without"], 0),
    }


def _unit_words(driver: dict[str, Any]) -> str:
    """One of the driver: an item of a queue, or the unit of a named driver."""
    if driver.get("series_id"):
        series = DriverSeries.objects.filter(pk=driver["series_id"]).first()
        return series.unit if series else gettext("unit of a driver that is gone")
    queue = Queue.objects.filter(pk=driver["queue_id"]).first()
    return gettext("item of %(queue)s") % {"queue": queue or gettext("another queue")}
