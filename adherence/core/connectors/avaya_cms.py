"""Avaya CMS: work modes from an agent trace or a real-time feed, as delimited text or JSON rows.

State: the work mode (`AVAIL`, `ACD`, `ACW`, `AUX`, `AUXIN`, …). Reason: the AUX reason code
without leading zeros. Times are local to the connector's zone.
"""

from typing import Any

from adherence.core.connectors.event import (
    Problem,
    ReadOptions,
    SourceEvent,
    SourceKind,
    UnreadableBody,
)
from adherence.core.connectors.json_body import read_messages
from adherence.core.connectors.rows import read_rows
from adherence.core.connectors.table import choose_columns, read_table

COLUMNS = {
    "agent": ("login id", "logid", "agent login id", "agent id", "agent", "loginid"),
    "time": ("time", "event time", "start time", "starttime", "date time", "timestamp"),
    "date": ("date", "row date", "event date"),
    "offset": ("utc offset", "offset", "time zone offset"),
    "state": ("work mode", "workmode", "state", "agent state", "mode", "event"),
    "reason": ("aux reason", "auxreason", "aux reason code", "reason code", "reason"),
    "label": ("aux reason name", "reason name"),
    "sequence": ("sequence", "seqnum", "seq"),
    "uid": ("event id", "record id"),
}
LOGGED_OUT = {"UNSTAF", "UNSTAFFED", "LOGOUT", "LOGOFF", "LOGGEDOUT"}
LOGGED_IN = {"LOGIN", "LOGON", "STAFFED", "LOGGEDIN"}


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read rows with a heading, or the same rows in JSON."""
    rows: list[dict[str, Any]]
    if body.lstrip()[:1] in {b"{", b"["}:
        rows = read_messages(body)
        headings = tuple(dict.fromkeys(str(name) for row in rows for name in row))
    else:
        table = read_table(body)
        rows, headings = [dict(row) for row in table.rows], table.headings
    chosen = dict(options.columns)
    if options.agent_field:
        chosen["agent"] = options.agent_field
    columns = choose_columns(headings, known=COLUMNS, chosen=chosen)
    if not {"agent", "time", "state"} <= set(columns):
        raise UnreadableBody(Problem.NO_HEADER)
    return read_rows(rows, columns=columns, options=options, wording=_wording)


def _wording(state: str, reason: str) -> tuple[SourceKind, str, str]:
    """`AUX-IN`, `Aux In` and `AUXIN` are one mode; `05` and `5` one reason."""
    mode = "".join(char for char in state.upper() if char.isalnum())
    code = str(int(reason)) if reason.isascii() and reason.isdigit() else reason
    if mode in LOGGED_OUT:
        return SourceKind.LOGOUT, mode, code
    if mode in LOGGED_IN:
        return SourceKind.LOGIN, "", ""  # what the agent logs in to do comes with the next row
    return SourceKind.STATE, mode, code if mode.startswith("AUX") else ""
