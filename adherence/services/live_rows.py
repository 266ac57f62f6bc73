"""AgentLive as it is written: from a snapshot to columns and the row's JSON, and into the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from adherence.core.groups import StateGroup
from adherence.core.live import NEVER, LiveFlag, LiveResult
from adherence.core.standing import Standing
from adherence.queries.agent_days import AgentDays
from adherence.queries.live_names import NameTexts, PersonText
from adherence.services.event_store import array_text
from scheduling.models import ShiftPlace

CHECK_AT_LEAST_EVERY = timedelta(minutes=15)
"""Also without a planned change, so that edited codes and limits arrive."""

# Column of AgentLive -> its SQL type, in the order of `LiveValues.columns`.
COLUMNS = {
    "agent_id": "bigint",
    "activity_code_id": "bigint",
    "state_group": "text",
    "state_since": "timestamptz",
    "planned_code_id": "bigint",
    "planned_queue_id": "bigint",
    "planned_since": "timestamptz",
    "planned_until": "timestamptz",
    "next_code_id": "bigint",
    "next_starts_at": "timestamptz",
    "shift_place": "text",
    "flag": "text",
    "flag_since": "timestamptz",
    "severity": "int",
    "next_check_at": "timestamptz",
    "team_id": "bigint",
    "site_id": "bigint",
    "version": "bigint",
}
_NAMES = ", ".join([*COLUMNS, "row_json"])
_ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in COLUMNS.items())
_NEW_VALUES = ", ".join(f"{name} = excluded.{name}" for name in [*list(COLUMNS)[1:], "row_json"])
# Names and types are constants of this module.
WRITE_SQL = f"""
INSERT INTO adherence_agentlive ({_NAMES}, updated_at)
SELECT new.*, %(at)s FROM unnest({_ARRAYS}, %(row_json)s::text[]) AS new
ON CONFLICT (agent_id) DO UPDATE SET {_NEW_VALUES}, updated_at = excluded.updated_at
"""  # noqa: S608 - see above
_GROUPS = {int(group): group.name for group in StateGroup}
_FLAGS = {int(flag): flag.name for flag in LiveFlag}
_HOME, _OFFICE = ShiftPlace.HOME.value, ShiftPlace.OFFICE.value


@dataclass(frozen=True)
class LiveSnapshot:
    """Where agents stand at one moment, computed and not yet written."""

    days: AgentDays
    stands: Standing
    judged: LiveResult
    at: datetime


@dataclass(slots=True)
class LiveValues:
    """One row: its columns as they are sent to the database, and its JSON without the version."""

    agent_id: int
    columns: tuple[int | str | None, ...]
    next_check_at: int
    text: str


def live_values(
    found: LiveSnapshot,
    *,
    people: Mapping[int, PersonText],
    names: NameTexts,
    later: Mapping[int, int],
) -> list[LiveValues]:
    """Write out every agent of a snapshot.

    `later` is the first moment after now at which an event of the agent has its time already.
    """
    days, stands, judged, live = found.days, found.stands, found.judged, found.stands.live
    plan, detail = days.data.plan, days.plan_detail
    ids, code_ids = days.agent_ids.tolist(), days.codes.ids.tolist()
    codes, plan_codes = days.declared.code.tolist(), plan.code.tolist()
    plan_starts, queue_ids = plan.starts_at.tolist(), detail.queue_id.tolist()
    latest_check = int((found.at + CHECK_AT_LEAST_EVERY).timestamp())
    moments: dict[int, str | None] = {}

    def iso(second: int) -> str | None:
        if second not in moments:
            moments[second] = (
                None
                if abs(second) >= NEVER
                else f"{datetime.fromtimestamp(second, UTC).isoformat()[:-6]}Z"
            )
        return moments[second]

    rows: list[LiveValues] = []
    for agent_id, point, since, row, following, group, flag, flag_since, severity, planned_since, changes, check in zip(
        ids,
        stands.point.tolist(),
        stands.state_since.tolist(),
        stands.planned_row.tolist(),
        stands.next_row.tolist(),
        live.group.tolist(),
        judged.flag.tolist(),
        judged.flag_since.tolist(),
        judged.severity.tolist(),
        live.activity_starts_at.tolist(),
        live.plan_changes_at.tolist(),
        judged.next_change_at.tolist(),
        strict=True,
    ):  # fmt: skip
        person = people[agent_id]
        state = codes[point] if point >= 0 else -1
        planned = plan_codes[row] if row >= 0 else -1
        upcoming = plan_codes[following] if following >= 0 else -1
        queue_id = queue_ids[row] if row >= 0 else -1
        place = (_HOME if detail.is_home[row] else _OFFICE) if row >= 0 else ""
        planned_until = iso(changes) if row >= 0 else None
        next_starts_at = iso(plan_starts[following]) if following >= 0 else None
        next_check_at = min(check, later.get(agent_id, NEVER), latest_check)
        rows.append(
            LiveValues(
                agent_id=agent_id,
                columns=(
                    agent_id,
                    code_ids[state] if state >= 0 else None,
                    _GROUPS[group],
                    iso(since),
                    code_ids[planned] if planned >= 0 else None,
                    queue_id if queue_id >= 0 else None,
                    iso(planned_since),
                    planned_until,
                    code_ids[upcoming] if upcoming >= 0 else None,
                    next_starts_at,
                    place or '""',
                    _FLAGS[flag],
                    iso(flag_since),
                    severity,
                    iso(next_check_at),
                    person.team_id,
                    person.site_id,
                ),
                next_check_at=next_check_at,
                text=(
                    f'{person.text},"place":"{place}","flag":"{_FLAGS[flag]}"'
                    f',"flag_since":{_quoted(iso(flag_since))},"severity":{severity}'
                    f',"state_group":"{_GROUPS[group]}","state":{_code(names, state)}'
                    f',"state_since":{_quoted(iso(since))},"planned":{_code(names, planned)}'
                    f',"planned_until":{_quoted(planned_until)},"next":{_code(names, upcoming)}'
                    f',"next_starts_at":{_quoted(next_starts_at)}'
                    f',"queue_id":{queue_id if queue_id >= 0 else "null"}'
                    f',"queue":{names.queues.get(queue_id, _NO_TEXT)}'
                ),
            )
        )
    return rows


_NO_TEXT = '""'


def _quoted(text: str | None) -> str:
    return f'"{text}"' if text else "null"


def _code(names: NameTexts, row: int) -> str:
    return names.codes[row] if row >= 0 else "null"


def with_version(text: str, version: int) -> str:
    """The whole row as it is sent."""
    return f'{text},"version":{version}}}'


def without_version(row_json: str) -> tuple[str, int]:
    """A stored row's text and version; of a row that was never written out, nothing and 0."""
    text, _comma, version = row_json.rpartition(',"version":')
    return (text, int(version[:-1])) if text else ("", 0)


def write_live(
    rows: Sequence[LiveValues], *, versions: Iterable[int], at: datetime
) -> dict[int, str]:
    """Write rows under their new versions; return each as it is sent, by agent."""
    if not rows:
        return {}
    numbered = [(row, version) for row, version in zip(rows, versions, strict=True)]
    texts = {row.agent_id: with_version(row.text, version) for row, version in numbered}
    columns = zip(*((*row.columns, version) for row, version in numbered), strict=True)
    params: dict[str, Any] = {
        name: array_text(values) for name, values in zip(COLUMNS, columns, strict=True)
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_SQL, params | {"row_json": list(texts.values()), "at": at})
    return texts
