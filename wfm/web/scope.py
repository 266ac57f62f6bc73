"""The picture in the URL: client, site, team, queue and period. A link shows the same picture.

A view that looks at a scope says which parts it takes, and the top bar offers exactly those:

    scope = page_scope(request, fields=("queue", "period"), default_period="week")
    rows = IntervalActual.objects.visible_to(request.user).filter(queue=scope.queue)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from wfm.org.models import Client, Queue, Site, Team
from wfm.web.formats import day_span, zone_of

MODELS: dict[str, type[Client | Site | Team | Queue]] = {
    "client": Client,
    "site": Site,
    "team": Team,
    "queue": Queue,
}
SCOPE_KEYS = frozenset({*MODELS, "from", "to"})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the page looks at. `starts_on` and `ends_on` are both included."""

    fields: tuple[str, ...]
    starts_on: date
    ends_on: date
    client: Client | None = None
    site: Site | None = None
    team: Team | None = None
    queue: Queue | None = None
    timezone: str = "UTC"
    principal: Any = field(default=None, repr=False, compare=False)

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def starts_at(self) -> datetime:
        """First moment, in the scope's zone."""
        return datetime(
            self.starts_on.year,
            self.starts_on.month,
            self.starts_on.day,
            tzinfo=zone_of(self.timezone),
        )

    @property
    def ends_at(self) -> datetime:
        """First moment after the last day, in the scope's zone."""
        after = self.ends_on + _ONE_DAY
        return datetime(after.year, after.month, after.day, tzinfo=zone_of(self.timezone))

    @property
    def period_label(self) -> str:
        """`16–22 Nov 2026`."""
        return day_span(self.starts_on, self.ends_on)

    @property
    def has_period(self) -> bool:
        """The page looks at a period."""
        return "period" in self.fields

    @property
    def has_choices(self) -> bool:
        """The page looks at a client, site, team or queue."""
        return any(name in MODELS for name in self.fields)

    def query(self, **changes: object) -> str:
        """Return the query string of this scope with changes, for links."""
        params: dict[str, object] = {
            name: chosen.pk for name in MODELS if (chosen := getattr(self, name)) is not None
        }
        if self.has_period:
            params |= {"from": self.starts_on.isoformat(), "to": self.ends_on.isoformat()}
        params |= changes
        return urlencode({key: value for key, value in params.items() if value is not None})

    def _shifted(self, days: int) -> str:
        step = timedelta(days=days)
        return self.query(
            **{"from": (self.starts_on + step).isoformat(), "to": (self.ends_on + step).isoformat()}
        )

    @property
    def previous_query(self) -> str:
        """The same length of time before this one."""
        return self._shifted(-self.days)

    @property
    def next_query(self) -> str:
        """The same length of time after this one."""
        return self._shifted(self.days)

    @property
    def presets(self) -> list[dict[str, object]]:
        """Usual periods, with their links."""
        today = timezone.localdate(timezone=zone_of(self.timezone))
        monday = today - timedelta(days=today.weekday())
        spans = [
            (_("Today"), today, today),
            (_("This week"), monday, monday + timedelta(days=6)),
            (_("Last week"), monday - timedelta(days=7), monday - _ONE_DAY),
            (_("Next week"), monday + timedelta(days=7), monday + timedelta(days=13)),
            (_("Last 4 weeks"), monday - timedelta(days=28), monday - _ONE_DAY),
            (_("This month"), today.replace(day=1), _month_end(today)),
        ]
        return [
            {
                "label": label,
                "query": self.query(**{"from": first.isoformat(), "to": last.isoformat()}),
                "is_current": (first, last) == (self.starts_on, self.ends_on),
            }
            for label, first, last in spans
        ]

    @property
    def choices(self) -> list[dict[str, object]]:
        """The parts this page takes, each with what the person may choose."""
        labels = {
            "client": (_("Client"), _("All clients")),
            "site": (_("Site"), _("All sites")),
            "team": (_("Team"), _("All teams")),
            "queue": (_("Queue"), _("All queues")),
        }
        return [
            {
                "name": name,
                "label": labels[name][0],
                "all_label": labels[name][1],
                "options": list(_visible(name, self.principal)),
                "chosen": getattr(self, name),
            }
            for name in self.fields
            if name in MODELS
        ]

    @property
    def summary(self) -> str:
        """The chosen parts in a few words."""
        chosen = [str(part) for name in MODELS if (part := getattr(self, name)) is not None]
        return " · ".join(chosen) if chosen else str(_("Everything"))


def page_scope(
    request: HttpRequest,
    *,
    fields: Sequence[str],
    default_period: str = "week",
    zone: str = "",
) -> Scope:
    """Read the scope from the URL; an unknown or foreign id is a 404, a bad date too."""
    unknown = set(fields) - {*MODELS, "period"}
    if unknown:
        msg = f"Unknown scope fields {sorted(unknown)}; known: {[*MODELS, 'period']}."
        raise ValueError(msg)
    chosen = {name: _chosen(request, name) for name in fields if name in MODELS}
    timezone_name = zone or _zone_name(chosen)
    first, last = _period(request, default_period, timezone_name)
    scope = Scope(
        fields=tuple(fields),
        starts_on=first,
        ends_on=last,
        timezone=timezone_name,
        principal=request.user,
        **chosen,
    )
    request.page_scope = scope  # type: ignore[attr-defined]
    return scope


def _visible(name: str, principal: object) -> QuerySet[Any]:
    visible: QuerySet[Any] = _objects(name, principal).filter(is_active=True).order_by("name")
    return visible


def _objects(name: str, principal: object) -> QuerySet[Any]:
    found: QuerySet[Any] = MODELS[name].objects.all().visible_to(principal)
    return found


def _chosen(request: HttpRequest, name: str) -> Any:
    text = request.GET.get(name, "")
    if not text:
        return None
    found = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        found = _objects(name, request.user).filter(pk=int(text)).first()
    if found is None:
        raise Http404(
            _("There is no {name} {value!r} that you may see.").format(name=name, value=text)
        )
    return found


def _zone_name(chosen: dict[str, Any]) -> str:
    """Return the zone of the narrowest part that has one, else the person's own."""
    for name in ("queue", "site", "client"):
        part = chosen.get(name)
        if part is not None:
            return str(part.timezone)
    team = chosen.get("team")
    return str(team.site.timezone) if team is not None else timezone.get_current_timezone_name()


def _period(request: HttpRequest, default_period: str, zone: str) -> tuple[date, date]:
    first, last = _date(request, "from"), _date(request, "to")
    if first is None and last is None:
        return _default_period(default_period, timezone.localdate(timezone=zone_of(zone)))
    given = sorted(day for day in (first, last) if day is not None)
    return given[0], given[-1]


def _date(request: HttpRequest, key: str) -> date | None:
    text = request.GET.get(key, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404(
            _("{value!r} is no date; write {key}=YYYY-MM-DD.").format(value=text, key=key)
        ) from error


def _default_period(name: str, today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    spans = {
        "day": (today, today),
        "week": (monday, monday + timedelta(days=6)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "last_4_weeks": (monday - timedelta(days=28), monday - _ONE_DAY),
        "month": (today.replace(day=1), _month_end(today)),
    }
    if name not in spans:
        msg = f"Unknown default period {name!r}; known: {', '.join(spans)}."
        raise ValueError(msg)
    return spans[name]


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - _ONE_DAY
