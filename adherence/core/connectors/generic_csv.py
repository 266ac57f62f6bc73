"""Any table with a heading: the columns are found by their names or told by the connector."""

from adherence.core.connectors.event import (
    Problem,
    ReadOptions,
    SourceEvent,
    SourceKind,
    UnreadableBody,
)
from adherence.core.connectors.rows import read_rows
from adherence.core.connectors.table import choose_columns, read_table

COLUMNS = {
    "agent": ("agent key", "agent id", "agent", "employee number", "employee id", "login id", "login", "user", "user id", "工号", "坐席工号", "坐席", "员工编号"),
    "time": ("occurred at", "time", "event time", "start time", "start", "timestamp", "date time", "时间", "开始时间", "发生时间"),
    "date": ("date", "event date", "day", "日期"),
    "offset": ("utc offset", "offset", "时差"),
    "state": ("state", "status", "code", "activity", "event", "状态", "活动"),
    "reason": ("reason", "reason code", "sub status", "aux", "原因"),
    "label": ("reason name", "label", "原因名称"),
    "channel": ("channel", "media", "渠道"),
    "sequence": ("sequence", "seq", "序号"),
    "uid": ("event uid", "event id", "uuid", "id", "事件编号"),
}  # fmt: skip
ROLES = tuple(COLUMNS)
LOGGED_OUT = {"logout", "log out", "logged out", "logoff", "offline", "登出", "签出", "离线"}
LOGGED_IN = {"login", "log in", "logged in", "登录", "签入"}


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read delimited text in any usual encoding."""
    table = read_table(body)
    chosen = dict(options.columns)
    if options.agent_field:
        chosen["agent"] = options.agent_field
    columns = choose_columns(table.headings, known=COLUMNS, chosen=chosen)
    missing = [role for role in ("agent", "time", "state") if role not in columns]
    if missing:
        raise UnreadableBody(
            Problem.COLUMN, name=", ".join(missing), there=", ".join(table.headings)
        )
    return read_rows(table.rows, columns=columns, options=options, wording=_wording)


def _wording(state: str, reason: str) -> tuple[SourceKind, str, str]:
    word = state.casefold()
    if word in LOGGED_OUT:
        return SourceKind.LOGOUT, state, reason
    if word in LOGGED_IN:
        return SourceKind.LOGIN, "", ""
    return SourceKind.STATE, state, reason
