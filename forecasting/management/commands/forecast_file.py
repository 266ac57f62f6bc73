"""Forecast a CSV file of volumes without a database: see docs/forecasting.md."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError

from forecasting.computations.csv_rows import FIRST_YEAR, LAST_YEAR
from forecasting.computations.driver_file import (
    DriverFile,
    read_driver_file,
    refuse_unknown_series,
)
from forecasting.computations.forecast_file import (
    FileForecastParams,
    OriginForecast,
    forecast_history,
)
from forecasting.computations.history_file import HistoryFile, read_history_file
from forecasting.core.special_days import SpecialCalendar
from forecasting.queries.national_calendars import national_calendar

REFUSED_EXIT = 2
LONGEST_HISTORY_DAYS = 3_653
"""Older rows say nothing of the days ahead, and the memory of the engine grows with the days."""
DAYS_BEYOND = 30
"""A make-up workday may be forecast like a weekday after the horizon."""
QUANTILE_PATTERN = re.compile(r"0?\.[0-9]+")
ORIGIN_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:00)?")


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
        parser.add_argument(
            "--history-days", type=int, help="use only so many days before (ten years at most)"
        )
        parser.add_argument(
            "--holidays", metavar="CC[-SUB][,…]", help="national calendars, e.g. GB-WLS or US-NY,CA"
        )
        parser.add_argument(
            "--drivers", type=Path, help="[series,]driver,timestamp,value[,known_ahead]"
        )
        parser.add_argument("--quantiles", default="0.1,0.5,0.9")
        parser.add_argument("--out", type=Path, required=True, metavar="FORECAST.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Parse, forecast, write."""
        try:
            params = _params(options)
            origins = tuple(_origin(text, params.interval_minutes) for text in options["origin"])
            out = _writable(options["out"], inputs=(options["history"], options["drivers"]))
            history = self._history(options, params)
            params = replace(
                params,
                calendar=_calendar(options["holidays"], history, origins, params),
                drivers=self._drivers(options["drivers"], history, params),
            )
            tables = list(forecast_history(history, origins, params))
            _write(out, tables)
        except (ValueError, OverflowError) as error:
            raise CommandError(str(error), returncode=REFUSED_EXIT) from error
        for table in tables:
            for note in table.notes:
                self.stdout.write(note)
        if not any(table.forecast_series for table in tables):
            self.stderr.write("No series could be forecast; see the flags in the output.")
            sys.exit(REFUSED_EXIT)

    def _history(self, options: dict[str, Any], params: FileForecastParams) -> HistoryFile:
        history = read_history_file(
            Path(options["history"]),
            interval_minutes=params.interval_minutes,
            tz=params.tz,
            names=tuple(options["series"]),
        )
        self._warn(history.warnings)
        return history

    def _drivers(
        self, path: Path | None, history: HistoryFile, params: FileForecastParams
    ) -> DriverFile | None:
        if path is None:
            return None
        drivers = read_driver_file(Path(path), tz=params.tz)
        self._warn(drivers.warnings)
        refuse_unknown_series(drivers, history.all_names)
        return drivers

    def _warn(self, warnings: tuple[str, ...]) -> None:
        for warning in warnings:
            self.stderr.write(f"Warning: {warning}")


def _writable(out: Path | str, inputs: tuple[Path | str | None, ...]) -> Path:
    """The output's path; refused before any work when nothing can be written there."""
    path = Path(out)
    if any(source is not None and Path(source).resolve() == path.resolve() for source in inputs):
        raise ValueError(f"{path} is also read; name another file for --out.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no directory {path.parent} to write {path.name} in; make it.")
    if path.is_dir():
        raise ValueError(f"Expected a file for --out, {path} is a directory.")
    return path


def _write(out: Path, tables: list[OriginForecast]) -> None:
    """One CSV file of all origins; the same numbers are always the same bytes."""
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            for index, table in enumerate(tables):
                table.rows.to_csv(
                    file, index=False, header=index == 0, float_format="%.12g", lineterminator="\n"
                )
    except OSError as error:
        raise ValueError(f"{out} cannot be written: {error.strerror}.") from error


def _calendar(
    codes: str | None,
    history: HistoryFile,
    origins: tuple[datetime, ...],
    params: FileForecastParams,
) -> SpecialCalendar | None:
    """The calendars of all dates that any origin uses or forecasts, and a month beyond."""
    if codes is None:
        return None
    first = min(series.first_date for series in history.series)
    last = max(origins).date() + timedelta(days=params.days + DAYS_BEYOND)
    return national_calendar(codes, min(first, min(origins).date()) - timedelta(days=1), last)


def _params(options: dict[str, Any]) -> FileForecastParams:
    """Checked parameters; raises ValueError with a sentence."""
    try:
        tz = ZoneInfo(options["timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{options['timezone']!r} is no IANA time zone.") from error
    return FileForecastParams(
        interval_minutes=options["interval"],
        tz=tz,
        days=options["days"],
        history_days=_history_days(options["history_days"]),
        quantiles=_quantiles(options["quantiles"]),
    )


def _history_days(days: int | None) -> int:
    """The limit, ten years at most."""
    return LONGEST_HISTORY_DAYS if days is None else min(days, LONGEST_HISTORY_DAYS)


def _quantiles(text: str) -> tuple[str, ...]:
    """Quantiles as given, checked."""
    texts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in texts:
        if not QUANTILE_PATTERN.fullmatch(part) or not 0 < float(part) < 1:
            raise ValueError(
                f"Expected --quantiles between 0 and 1 such as 0.1,0.5,0.9, got {part!r}."
            )
    if len({float(part) for part in texts}) != len(texts):
        raise ValueError(f"Expected --quantiles without repeats, got {text}.")
    return texts


def _origin(text: str, interval_minutes: int) -> datetime:
    """An origin on the wall clock, on the grid."""
    if not ORIGIN_PATTERN.fullmatch(text):
        raise ValueError(
            f"Expected an --origin like 2018-05-07T00:00 (wall clock, no offset), got {text!r}."
        )
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"The --origin {text} is no date and time of the calendar.") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(
            f"Expected an --origin of the years {FIRST_YEAR} to {LAST_YEAR}, got {text}."
        )
    if (at.hour * 60 + at.minute) % interval_minutes:
        raise ValueError(f"Expected an --origin on the {interval_minutes}-minute grid, got {text}.")
    return at
