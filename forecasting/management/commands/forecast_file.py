"""Forecast a CSV file of volumes without a database: see docs/forecasting.md."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError

from forecasting.computations.forecast_file import FileForecastParams, forecast_history
from forecasting.computations.history_file import HistoryFileError, read_history_file

REFUSED_EXIT = 2
ORIGIN_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:00)?")


class Command(BaseCommand):
    """Reads a history file, forecasts every series from every origin, writes one CSV file."""

    help = "Forecast the series of a CSV file (series,timestamp,volume[,aht]) without a database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("history", type=Path, metavar="HISTORY.csv")
        parser.add_argument("--interval", type=int, required=True, help="minutes, 1440 is daily")
        parser.add_argument("--timezone", required=True, help="wall clock, e.g. Europe/London")
        parser.add_argument("--origin", action="append", required=True, metavar="YYYY-MM-DDTHH:MM")
        parser.add_argument("--days", type=int, required=True, help="horizon in local dates")
        parser.add_argument("--series", action="append", default=[], metavar="NAME")
        parser.add_argument("--history-days", type=int)
        parser.add_argument("--holidays", help="not available yet")
        parser.add_argument("--drivers", type=Path, help="not available yet")
        parser.add_argument("--quantiles", default="0.1,0.5,0.9")
        parser.add_argument("--out", type=Path, required=True, metavar="FORECAST.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Parse, forecast, write."""
        _refuse_unavailable(options)
        try:
            params = _params(options)
            origins = tuple(_origin(text, params.interval_minutes) for text in options["origin"])
            history = read_history_file(
                options["history"],
                interval_minutes=params.interval_minutes,
                tz=params.tz,
                names=tuple(options["series"]),
            )
            for warning in history.warnings:
                self.stderr.write(f"Warning: {warning}")
            tables = list(forecast_history(history, origins, params))
        except (HistoryFileError, ValueError) as error:
            raise CommandError(str(error), returncode=REFUSED_EXIT) from error
        with options["out"].open("w", encoding="utf-8", newline="") as file:
            for index, table in enumerate(tables):
                table.rows.to_csv(
                    file, index=False, header=index == 0, float_format="%.12g", lineterminator="\n"
                )
        if not any(table.forecast_series for table in tables):
            self.stderr.write("No series could be forecast; see the flags in the output.")
            sys.exit(REFUSED_EXIT)


def _refuse_unavailable(options: dict[str, Any]) -> None:
    """Say plainly what this version cannot do."""
    for name, what in (("drivers", "Drivers"), ("holidays", "National calendars")):
        if options[name] is not None:
            raise CommandError(
                f"{what} are not available in forecast_file yet; leave --{name} out.",
                returncode=REFUSED_EXIT,
            )


def _params(options: dict[str, Any]) -> FileForecastParams:
    """Checked parameters; raises ValueError with a sentence."""
    try:
        tz = ZoneInfo(options["timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{options['timezone']!r} is no IANA time zone.") from error
    texts = tuple(text.strip() for text in options["quantiles"].split(",") if text.strip())
    if len({float(text) for text in texts}) != len(texts):
        raise ValueError(f"Expected quantiles without repeats, got {options['quantiles']}.")
    return FileForecastParams(
        interval_minutes=options["interval"],
        tz=tz,
        days=options["days"],
        history_days=options["history_days"],
        quantiles=texts,
    )


def _origin(text: str, interval_minutes: int) -> datetime:
    """An origin on the wall clock, on the grid."""
    if not ORIGIN_PATTERN.fullmatch(text):
        raise ValueError(
            f"Expected an --origin like 2018-05-07T00:00 (wall clock, no offset), got {text!r}."
        )
    at = datetime.fromisoformat(text)
    if (at.hour * 60 + at.minute) % interval_minutes:
        raise ValueError(f"Expected an --origin on the {interval_minutes}-minute grid, got {text}.")
    return at
