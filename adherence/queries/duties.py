"""Who answers for what now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adherence.core.alert_defaults import DEFAULTS
from adherence.core.alerting import Duty, Limits, chain, covers, width
from adherence.models import AlertRule, Responsibility

MINUTE_SECONDS = 60


@dataclass(frozen=True)
class Duties:
    """All responsibilities as they are at a moment."""

    rows: Mapping[int, Responsibility]
    duties: list[Duty]
    local: Mapping[int, tuple[int, int]]

    def chain(self, *, kind: str, about: Mapping[str, int | None]) -> list[Responsibility]:
        """Return who answers, first to last."""
        keys = chain(self.duties, kind=kind, about=about, local=self.local)
        return [self.rows[key] for key in keys]

    def owner(self, *, kind: str, about: Mapping[str, int | None]) -> Responsibility | None:
        """Return who answers first; None where nobody does."""
        return next(iter(self.chain(kind=kind, about=about)), None)


def duties_at(at: datetime) -> Duties:
    """Return the responsibilities at a moment, in one query."""
    rows = {
        row.pk: row
        for row in Responsibility.objects.select_related("user", "role")
        if row.user is None or row.user.is_active
    }
    local = {}
    for pk, row in rows.items():
        here = at.astimezone(ZoneInfo(row.timezone))
        local[pk] = (here.weekday(), here.hour * 60 + here.minute)
    return Duties(
        rows=rows,
        duties=[
            Duty(
                key=pk,
                scope={name: found for name, found in row.scope_ids.items() if found is not None},
                kind=row.kind,
                place=row.place,
                weekdays=frozenset(int(digit) for digit in row.weekdays),
                from_minute=row.from_minute,
                until_minute=row.until_minute,
            )
            for pk, row in rows.items()
        ],
        local=local,
    )


@dataclass(frozen=True)
class Rules:
    """The limits of all kinds."""

    rows: list[AlertRule]

    def limits(self, kind: str, about: Mapping[str, int | None]) -> Limits | None:
        """Return the limits of the narrowest rule; None where that is switched off."""
        found = None
        for row in self.rows:
            scope = {name: pk for name, pk in row.scope_ids.items() if pk is not None}
            if row.kind != kind or not covers(scope, about):
                continue
            if found is None or width(scope) < found[0]:
                found = (width(scope), row)
        if found is None:
            return DEFAULTS[kind]
        return limits_of(found[1]) if found[1].is_active else None


def limits_of(row: AlertRule) -> Limits:
    """Return a row's limits."""
    return Limits(
        threshold=row.threshold,
        is_worse_above=DEFAULTS[row.kind].is_worse_above,
        hysteresis=row.hysteresis,
        hold_seconds=row.hold_minutes * MINUTE_SECONDS,
        clear_seconds=row.clear_minutes * MINUTE_SECONDS,
        escalate_seconds=row.escalate_minutes * MINUTE_SECONDS,
    )


def rules() -> Rules:
    """Return the limits, in one query."""
    return Rules(list(AlertRule.objects.order_by("pk")))
