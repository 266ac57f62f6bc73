"""What a column may mean, and a first guess from its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Reading(Enum):
    """How a field's cells are read."""

    TEXT = "text"
    MOMENT = "moment"
    DATE = "date"
    CLOCK = "clock"
    COUNT = "count"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Field:
    """A meaning that a column can be given."""

    key: str
    reading: Reading
    aliases: tuple[str, ...]
    """Headers of the systems that people bring, lower case, without blanks and signs."""


INTERVAL_FIELDS = (
    Field("queue", Reading.TEXT, ("queue", "queuename", "skill", "split", "splitskill", "vdn",
        "series", "campaign", "服务队列", "队列", "技能组")),
    Field("starts_at", Reading.MOMENT, ("startsat", "start", "starttime", "intervalstart",
        "timestamp", "datetime", "startinterval", "periodstart", "开始时间", "时间段")),
    Field("date", Reading.DATE, ("date", "day", "callday", "rowdate", "日期")),
    Field("time", Reading.CLOCK, ("time", "interval", "timeinterval", "halfhour", "period",
        "hour", "时间", "时段")),
    Field("offered", Reading.COUNT, ("offered", "callsoffered", "contactsoffered", "volume",
        "contactsqueued", "acdcallsoffered", "calls", "contacts", "received", "queued", "incoming",
        "呼入量", "来电量", "进线量", "话务量")),
    Field("answered", Reading.COUNT, ("answered", "handled", "callsanswered", "callshandled",
        "acdcalls", "contactshandled", "接听量", "接通量")),
    Field("abandoned", Reading.COUNT, ("abandoned", "callsabandoned", "abncalls", "abandons",
        "contactsabandoned", "呼损", "呼损量", "放弃量")),
    Field("answered_within", Reading.COUNT, ("answeredwithin", "withinsl", "answeredinsl",
        "acceptable", "answeredwithinthreshold", "服务水平内接听", "阈值内接听")),
    Field("abandoned_within", Reading.COUNT, ("abandonedwithin", "abandonedinsl",
        "abandonedwithinthreshold")),
    Field("short_abandoned", Reading.COUNT, ("shortabandoned", "shortabandons", "shortcalls")),
    Field("aht", Reading.SECONDS, ("aht", "avghandletime", "averagehandletime", "ahtseconds",
        "avghandlingtime", "平均处理时长", "平均处理时间")),
    Field("handle_seconds", Reading.SECONDS, ("handleseconds", "handletime", "totalhandletime",
        "handlingtime", "处理时长")),
    Field("asa", Reading.SECONDS, ("asa", "avgspeedofanswer", "averagespeedofanswer",
        "avgwait", "asaseconds", "平均应答速度", "平均等待时长")),
    Field("wait_seconds_answered", Reading.SECONDS, ("waitsecondsanswered", "anstime",
        "totalqueuetime", "answerdelay")),
    Field("wait_seconds_total", Reading.SECONDS, ("waitsecondstotal", "totalwait", "queuetime")),
)  # fmt: skip
WORK_ITEM_FIELDS = (
    Field("queue", Reading.TEXT, ("queue", "queuename", "group", "assignedgroup", "队列")),
    Field("external_id", Reading.TEXT, ("externalid", "id", "ticketid", "itemid", "caseid",
        "claimnumber", "reference", "工单号", "编号")),
    Field("arrived_at", Reading.MOMENT, ("arrivedat", "arrived", "createdat", "created",
        "received", "receivedat", "到达时间", "创建时间")),
    Field("due_at", Reading.MOMENT, ("dueat", "due", "duedate", "slatarget", "到期时间")),
    Field("completed_at", Reading.MOMENT, ("completedat", "completed", "closedat", "solvedat",
        "resolved", "closed", "finished", "完成时间")),
    Field("handle_seconds", Reading.SECONDS, ("handleseconds", "handletime", "touchtime",
        "处理时长")),
)  # fmt: skip
CONTACT_FIELDS = (
    Field("queue", Reading.TEXT, ("queue", "queuename", "skill", "split", "vdn", "队列", "技能组")),
    Field("arrived_at", Reading.MOMENT, ("timestamp", "arrivedat", "startsat", "start",
        "starttime", "datetime", "contacttime", "calltime", "时间", "开始时间", "来电时间")),
    Field("customer", Reading.TEXT, ("customer", "customerid", "customerkey", "caller", "callerid",
        "ani", "phone", "account", "accountid", "contactid", "客户", "客户编号", "主叫号码")),
)  # fmt: skip
FIELDS = {
    "INTERVALS": INTERVAL_FIELDS,
    "WORK_ITEMS": WORK_ITEM_FIELDS,
    "CONTACTS": CONTACT_FIELDS,
}
NEEDED = {"WORK_ITEMS": ("external_id", "arrived_at"), "CONTACTS": ("arrived_at", "customer")}


def guess_columns(headers: Sequence[str], kind: str) -> dict[str, int]:
    """Field key → column index for the headers that are known; each column is used once."""
    plain = [re.sub(r"[\W_]+", "", header.lower()) for header in headers]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field in FIELDS[kind]:
        for alias in field.aliases:
            if alias in plain and plain.index(alias) not in taken:
                found[field.key] = plain.index(alias)
                taken.add(found[field.key])
                break
    if "starts_at" in found and "date" in found:
        del found["starts_at" if "time" in found else "date"]
    if "date" in found and "time" not in found:  # a day is an interval, too
        found["starts_at"] = found.pop("date")
    if "starts_at" in found:
        found.pop("time", None)
    return found


def missing_columns(columns: dict[str, int], kind: str, *, has_queue: bool) -> list[str]:
    """Sentences about columns that are needed and not given."""
    problems = []
    if not has_queue and "queue" not in columns:
        problems.append("Choose the column with the queue, or one queue for the whole file.")
    if kind == "INTERVALS":
        if "starts_at" not in columns and not {"date", "time"} <= columns.keys():
            problems.append(
                "Choose the column with the start, or one with the date and one with the time."
            )
        if "offered" not in columns and not {"answered", "abandoned"} <= columns.keys():
            problems.append(
                "Choose the column with the contacts offered, or both answered and abandoned."
            )
    else:
        problems.extend(
            f"Choose the column with {name}." for name in NEEDED[kind] if name not in columns
        )
    if len(set(columns.values())) != len(columns):
        problems.append("One column stands for two fields.")
    return problems
