"""The rows of the live list as they are ranked and filtered; live-rank.js does the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adherence.core.impact import AgentImpact, Impact, agent_impact
from adherence.core.live import Severity
from adherence.queries import LiveRow, live_row
from adherence.services.floor_marks import Impacts

NEVER = "9999-12-31"
ABSENT_GROUPS = frozenset({"OFFLINE", "UNKNOWN"})


@dataclass(frozen=True)
class ListRow:
    """A live row with what is shown beside it."""

    row: LiveRow
    impact: AgentImpact | None
    note_count: int
    tags: tuple[str, ...]

    @property
    def cost(self) -> float:
        """Minutes of waiting an hour that the deviation costs; 0 where it costs nothing."""
        if self.impact is None or self.impact.sign != Impact.NEGATIVE:
            return 0.0
        return -self.impact.minutes_per_hour

    @property
    def impact_sign(self) -> str:
        """Positive, neutral, negative; empty where nothing can be told."""
        return self.impact.sign.value if self.impact else ""


def first_rows(
    texts: Iterable[str],
    *,
    impacts: Impacts,
    notes: Mapping[int, Mapping[str, Any]],
    filters: Mapping[str, Any],
    most: int,
) -> list[ListRow]:
    """Return the first of the rows that the filters show, what costs most first.

    `texts` are rows as they are sent, worst first. Only who is missing from a position costs
    service, and they come first: as soon as the others are enough, the rest is not even read.
    """
    found: list[ListRow] = []
    for text in texts:
        row = live_row(text)
        if len(found) >= most and row.severity < Severity.MAJOR:
            break
        item = list_row(row, impacts=impacts, note=notes.get(row.agent_id))
        if is_shown(item, filters):
            found.append(item)
    return sorted(found, key=_by_cost)[:most]


def list_row(row: LiveRow, *, impacts: Impacts, note: Mapping[str, Any] | None = None) -> ListRow:
    """Return the row with its marks."""
    impact = agent_impact(
        severity=row.severity,
        state_group=row.state_group,
        queue=impacts.of(row.agent_id, row.queue_id),
    )
    note = note or {"count": 0, "tags": []}
    return ListRow(row, impact, note["count"], tuple(note["tags"]))


def is_shown(item: ListRow, filters: Mapping[str, Any]) -> bool:
    """The page's filters, all of which must hold."""
    row = item.row
    is_present = row.planned is not None or row.state_group not in ABSENT_GROUPS
    show: dict[str, Callable[[], bool]] = {
        "now": lambda: is_present or row.severity > 0,
        "out": lambda: row.severity > 0,
        "all": lambda: True,
    }
    chosen = (
        (filters["state"], row.state_group),
        (filters["flag"], row.flag),
        (filters["place"], row.place),
        (filters["impact"], item.impact_sign),
    )
    return (
        show[filters["show"]]()
        and all(wanted in ("", value) for wanted, value in chosen)
        and filters["queue"] in (None, row.queue_id)
        and (not filters["tag"] or filters["tag"] in item.tags)
    )


def _by_cost(item: ListRow) -> tuple[float, int, str, int]:
    row = item.row
    return (-item.cost, -row.severity, row.flag_since or NEVER, row.agent_id)
