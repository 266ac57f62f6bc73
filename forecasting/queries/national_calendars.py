"""National calendars as special dates: holidays by name, and make-up workdays.

China's come from chinesecalendar for the years that it knows (it has the State Council's yearly
notices), everything else from holidays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

from forecasting.core.special_days import MakeUpDay, SpecialCalendar, SpecialDate
from wfm.org.national import split_codes

LANGUAGE = "en_US"
CHINA = "CN"
FESTIVALS = (
    ("spring", "Spring Festival"),
    ("chinese new year", "Spring Festival"),
    ("new year", "New Year's Day"),
    ("tomb", "Tomb-sweeping Day"),
    ("labo", "Labour Day"),
    ("dragon", "Dragon Boat Festival"),
    ("mid-autumn", "Mid-autumn Festival"),
    ("national", "National Day"),
)
"""Words in the names of the one calendar, and the names in the other."""
YEARS_AROUND = 5
"""Years beside the wanted ones by which a holiday is known to be bound to its date."""
SUBSTITUTED = re.compile(r".*\(substituted from (\d{2})/(\d{2})/(\d{4})\)")
IN_LIEU = " (day off in lieu)"
OBSERVED = re.compile(r"\s*\([^)]*observed[^)]*\)$", re.IGNORECASE)


def national_calendar(codes: str, first: date, last: date) -> SpecialCalendar:
    """Holidays and make-up workdays of `CC[-SUB][,…]` from first to last date.

    Raises:
        ValueError: a code that is no country or subdivision of the calendars.
    """
    dates: dict[date, SpecialDate] = {}
    make_up: dict[date, MakeUpDay] = {}
    for code in split_codes(codes):
        found = _calendar(code, first.year, last.year)
        for item in found.dates:
            dates.setdefault(item.on_date, item)
        for workday in found.make_up:
            make_up.setdefault(workday.on_date, workday)
    return SpecialCalendar(
        dates=tuple(dates[day] for day in sorted(dates) if first <= day <= last),
        make_up=tuple(make_up[day] for day in sorted(make_up) if first <= day <= last),
    )


@lru_cache(maxsize=64)
def _calendar(code: str, first_year: int, last_year: int) -> SpecialCalendar:
    """One country's calendar of whole years."""
    years = set(range(first_year, last_year + 1))
    if code.partition("-")[0] != CHINA:
        return _from_holidays(code, years)
    told = years & _chinese_years()
    known, other = _from_chinese_calendar(told), _from_holidays(code, years - told)
    festivals = {item.on_date: _festival(item.kind) for item in other.dates}
    return SpecialCalendar(
        dates=(*known.dates, *_festival_days(festivals)), make_up=(*known.make_up, *other.make_up)
    )


def _from_holidays(code: str, years: set[int]) -> SpecialCalendar:
    if not years:
        return SpecialCalendar()
    names, workdays = _holiday_names(code, years)
    in_lieu: dict[date, date] = {}
    kinds: dict[date, str] = {}
    for day, name in names.items():
        substituted = SUBSTITUTED.fullmatch(name)
        if substituted:
            month, number, year = map(int, substituted.groups())
            in_lieu[date(year, month, number)] = day
            kinds[day] = _nearest_name(names, day) + IN_LIEU
        else:
            kinds[day] = name
    return SpecialCalendar(
        dates=tuple(_holiday(day, name) for day, name in sorted(kinds.items())),
        make_up=tuple(
            MakeUpDay(day, in_lieu[day].weekday()) for day in sorted(workdays) if day in in_lieu
        ),
    )


def _holiday_names(code: str, years: set[int]) -> tuple[dict[date, str], set[date]]:
    """One name per holiday of the years, and the weekend days that are worked."""
    import holidays  # noqa: PLC0415 - half a second that only calendars need

    country, _, subdivision = code.partition("-")
    around = range(min(years) - YEARS_AROUND, max(years) + YEARS_AROUND + 1)
    plain = holidays.country_holidays(country)
    language = LANGUAGE if LANGUAGE in plain.supported_languages else None
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=around, language=language
    )
    names = {day: _main_name(name) for day, name in found.items()}
    names = dict(_bound_to_dates(names))
    workdays = {day for day in getattr(found, "weekend_workdays", ()) if day.year in years}
    return {day: name for day, name in names.items() if day.year in years}, workdays


def _main_name(name: str) -> str:
    """One of the names of a date: one that is not merely observed on it, if there is any."""
    parts = [part.strip() for part in name.split(";")]
    return next((part for part in parts if not OBSERVED.search(part)), parts[0])


def _bound_to_dates(names: Mapping[date, str]) -> Iterator[tuple[date, str]]:
    """The names with holidays of a fixed date kept apart from the days off in lieu of them.

    Some calendars list, in years when a holiday falls on a weekend, only the free weekday under
    the holiday's own name. The contacts of that weekday are not those of the holiday.
    """
    by_name: dict[str, list[date]] = {}
    for day, name in names.items():
        by_name.setdefault(name, []).append(day)
    for name, days in by_name.items():
        (month, number), count = Counter((day.month, day.day) for day in days).most_common(1)[0]
        is_fixed = count >= 3 and 2 * count > len(days)
        for day in days:
            moved = is_fixed and (day.month, day.day) != (month, number)
            moved = moved and not OBSERVED.search(name)
            yield day, f"{name} (observed)" if moved else name
            if moved and (usual := date(day.year, month, number)) not in names:
                yield usual, name


def _nearest_name(names: Mapping[date, str], day: date) -> str:
    """Name of the nearest holiday that is not in lieu of another day."""
    named = [other for other, name in names.items() if not SUBSTITUTED.fullmatch(name)]
    return names[min(named, key=lambda other: abs((other - day).days))] if named else "Holiday"


def _holiday(day: date, name: str, family: str = "") -> SpecialDate:
    """A holiday; days off in place of holidays are like each other, not like the holidays."""
    in_lieu = OBSERVED.search(name) or name.endswith(IN_LIEU)
    return SpecialDate(
        day, name, is_holiday=True, family=family or (IN_LIEU.strip(" ()") if in_lieu else name)
    )


def _chinese_years() -> set[int]:
    """Years whose notices chinesecalendar holds."""
    from chinese_calendar.constants import holidays as table  # noqa: PLC0415 - as above

    return set(range(min(table).year, max(table).year + 1))


def _from_chinese_calendar(years: set[int]) -> SpecialCalendar:
    """Holidays by festival and day of their run; workdays for the days off in lieu, in order."""
    from chinese_calendar.constants import (  # noqa: PLC0415 - as above
        holidays as table,
    )
    from chinese_calendar.constants import in_lieu_days, workdays  # noqa: PLC0415 - as above

    festivals = {day: str(name) for day, name in table.items() if day.year in years}
    free = _by_festival(in_lieu_days, years)
    make_up = [
        MakeUpDay(day, off.weekday())
        for festival, worked in _by_festival(workdays, years).items()
        for day, off in zip(worked, free.get(festival, []), strict=False)
    ]
    return SpecialCalendar(
        dates=tuple(_festival_days(festivals)),
        make_up=tuple(sorted(make_up, key=lambda item: item.on_date)),
    )


def _festival(kind: str) -> str:
    """The name that chinesecalendar gives to a holiday of the other calendar."""
    words = kind.lower()
    return next((name for word, name in FESTIVALS if word in words), kind)


def _festival_days(festivals: Mapping[date, str]) -> Iterator[SpecialDate]:
    """Holidays by festival and day of their run: the third day is not the first."""
    number = 0
    for day in sorted(festivals):
        goes_on = festivals.get(day - timedelta(days=1)) == festivals[day]
        number = number + 1 if goes_on else 1
        yield _holiday(day, f"{festivals[day]}, day {number}", festivals[day])


def _by_festival(table: Mapping[date, str], years: set[int]) -> dict[tuple[str, int], list[date]]:
    """Dates by festival and year."""
    found: dict[tuple[str, int], list[date]] = {}
    for day in sorted(table):
        if day.year in years:
            found.setdefault((str(table[day]), day.year), []).append(day)
    return found
