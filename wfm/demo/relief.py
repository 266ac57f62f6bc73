"""The relief shift that keeps the demo agent on duty now: when it begins and ends. Pure."""

from datetime import datetime, timedelta

from wfm.timeline import Interval

LENGTH = timedelta(hours=8)


def relief_span(at: datetime, *, not_before: datetime, not_after: datetime) -> Interval:
    """Return a span from the quarter hour that `at` lies in, of up to eight hours.

    It stays inside [not_before, not_after): the shift before, the day's midnight, the shift after.
    Raises ValueError when no such span holds `at`.
    """
    starts_at = max(_quarter(at), not_before)
    ends_at = min(starts_at + LENGTH, not_after)
    if not starts_at <= at < ends_at:
        msg = f"No shift between {not_before} and {not_after} can cover {at}."
        raise ValueError(msg)
    return Interval(starts_at, ends_at)


def _quarter(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
