"""What requests are answered: sentences by code, so that each reader reads them in their own language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.core.mark_types import TEXTS as MARK_TEXTS
from wfm.web.formats import local_day

Answer = list[dict[str, Any]]
ISO_DATE = r"\d{4}-\d\d-\d\d"

TEXTS: Mapping[str, Any] = {
    "granted": gettext_lazy("Granted at once: balance, limits and notice allow it."),
    "granted_next": gettext_lazy("Granted: a place became free, and this request was next."),
    "granted_by": gettext_lazy("Granted by %(name)s."),
    "granted_despite": gettext_lazy("Granted by %(name)s above the limit “%(limit)s”."),
    "declined_by": gettext_lazy("Declined by %(name)s."),
    "note": gettext_lazy("“%(text)s”"),
    "to_lead": gettext_lazy("Sent to the team lead, who decides each request of this kind."),
    "no_balance": gettext_lazy(
        "Sent to the team lead: there is no balance of %(kind)s for %(day)s."
    ),
    "balance_short_days": gettext_lazy(
        "Sent to the team lead: %(asked)s days are asked for, %(free)s are free in the period from "
        "%(first)s; %(missing)s are missing."
    ),
    "balance_short_minutes": gettext_lazy(
        "Sent to the team lead: %(asked)s minutes are asked for, %(free)s are free in the period "
        "from %(first)s; %(missing)s are missing."
    ),
    "notice": gettext_lazy(
        "Sent to the team lead: it begins in %(days)s days; from %(least)s days ahead it is granted "
        "at once."
    ),
    "limit_full": gettext_lazy(
        "On the waitlist: on %(day)s, %(count)s of at most %(most)s people are off already "
        "(“%(limit)s”)."
    ),
    "withdrawn": gettext_lazy("Taken back by the agent."),
    "swap_to_lead": gettext_lazy("Sent to the team lead; the rules allow it."),
    "swap_done": gettext_lazy("Done; the rules allow it for both."),
    "refused_by_colleague": gettext_lazy("%(name)s does not want it."),
    "lapsed": gettext_lazy("Lapsed: the shift began or changed before somebody took it."),
    "won": gettext_lazy("Given: %(rule)s."),
    "taken": gettext_lazy("All places went to others: %(rule)s."),
    "cancelled": gettext_lazy("The offer was taken back."),
    "rule": gettext_lazy("%(name)s: %(rule)s"),
    "availability_done": gettext_lazy("In force from %(day)s on."),
    "wish_done": gettext_lazy("Taken up; the next solve weighs it."),
}


def say(code: str, **values: object) -> dict[str, Any]:
    """One sentence as it is stored."""
    if code not in TEXTS:
        msg = f"Unknown answer {code!r}; known: {', '.join(sorted(TEXTS))}."
        raise ValueError(msg)
    return {"code": code, "values": {name: _plain(value) for name, value in values.items()}}


def say_by(code: str, by: object, **values: object) -> dict[str, Any]:
    """A sentence about who decided; an API key has no name."""
    return say(code, name=_("a program") if by is None else str(by), **values)


def say_rule(name: str, code: str, values: Mapping[str, object]) -> dict[str, Any]:
    """A broken labor rule and whose it is."""
    return say("rule", name=name) | {"mark": code, "mark_values": dict(values)}


def answer_text(answer: Sequence[Mapping[str, Any]]) -> str:
    """The stored sentences in the reader's language."""
    return " ".join(_sentence(part) for part in answer)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def _sentence(part: Mapping[str, Any]) -> str:
    values = {name: _shown(value) for name, value in part.get("values", {}).items()}
    if "mark" in part:
        rule = MARK_TEXTS[part["mark"]]
        values["rule"] = _(rule) % part["mark_values"]
    if part["code"] in {"won", "taken"}:
        values["rule"] = _rule_label(part["values"]["rule"])
    return str(TEXTS[part["code"]]) % values


def _rule_label(rule: str) -> str:
    from scheduling.models import RankRule  # noqa: PLC0415 - texts are read by cores' callers, too

    return str(RankRule(rule).label)


def _shown(value: object) -> object:
    """Dates as the reader writes them; everything else as it is."""
    if not isinstance(value, str) or not re.fullmatch(ISO_DATE, value):
        return value
    try:
        return local_day(date.fromisoformat(value))
    except ValueError:  # somebody's words that only look like a date
        return value
