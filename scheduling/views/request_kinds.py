"""What the pages show of kinds, balances and limits of time off, and of reviews."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.forms import requests as forms
from scheduling.models import RequestPolicy, TimeOffEntitlement, TimeOffKind, TimeOffLimit
from scheduling.queries.time_off import counted
from scheduling.services.time_off import keep_limit, remove_limit
from scheduling.views.rule_kinds import DASH, MOST_ROWS, RuleKind, clock
from wfm.org.weekdays import WEEKDAYS

Rows = list[tuple[Any, list[Any]]]
GROUP = "requests"
ALL_DAYS = "0123456"


def _number(value: Any) -> str:
    return f"{float(value):g}"


def _dates(row: Any) -> str:
    first = date_format(row.starts_on, "SHORT_DATE_FORMAT")
    if row.ends_on is None:
        return first
    return f"{first} – {date_format(row.ends_on, 'SHORT_DATE_FORMAT')}"


def _kinds(principal: object) -> Rows:
    rows = TimeOffKind.objects.visible_to(principal).select_related("activity_code")
    return [
        (
            row,
            [
                row.activity_code,
                row.get_unit_display(),
                _("yes") if row.needs_balance else _("no"),
                row.get_review_display(),
                row.notice_days,
                _("yes") if row.is_active else _("no"),
            ],
        )
        for row in rows.order_by("activity_code__name")[:MOST_ROWS]
    ]


def _entitlements(principal: object) -> Rows:
    today = localdate()
    rows = (
        TimeOffEntitlement.objects.visible_to(principal)
        .filter(ends_on__gt=today)
        .select_related("agent", "kind__activity_code")
        .order_by("agent__sort_key", "kind", "starts_on")
    )
    found: Rows = []
    for item in counted(list(rows[:MOST_ROWS]), today=today):
        row, balance = item.entitlement, item.balance
        found.append(
            (
                row,
                [
                    row.agent,
                    row.kind,
                    _dates(row),
                    _number(row.granted),
                    _number(row.carried),
                    _number(balance.taken),
                    _number(balance.pending),
                    _number(balance.free),
                    row.kind.get_unit_display(),
                ],
            )
        )
    return found


def _limits(principal: object) -> Rows:
    rows = TimeOffLimit.objects.visible_to(principal).select_related("team", "site", "skill")
    names = dict(WEEKDAYS)
    return [
        (
            row,
            [
                row.name,
                row.team or row.site or row.skill or _("Everybody"),
                row.most_people,
                _dates(row),
                DASH
                if row.weekdays == ALL_DAYS
                else ", ".join(str(names[int(d)]) for d in row.weekdays),
                f"{clock(row.starts_minute)} – {clock(row.ends_minute)}",
                row.get_waitlist_rule_display(),
            ],
        )
        for row in rows.order_by("name")[:MOST_ROWS]
    ]


def _policies(principal: object) -> Rows:
    rows = RequestPolicy.objects.visible_to(principal).select_related("team")
    return [
        (
            row,
            [
                row,
                row.get_swap_review_display(),
                row.swap_notice_minutes,
                _("yes") if row.least_hours_bind else _("no"),
                row.get_availability_review_display(),
                row.availability_notice_days,
                row.get_wish_review_display(),
            ],
        )
        for row in rows.order_by("team__name")[:MOST_ROWS]
    ]


KINDS: dict[str, RuleKind] = {
    "time-off-kinds": RuleKind(
        title=gettext_lazy("Kinds of time off"),
        lead=gettext_lazy("What agents may ask for, and who answers."),
        form=forms.KindForm,
        headers=[
            gettext_lazy("Kind"),
            gettext_lazy("Counted in"),
            gettext_lazy("From a balance"),
            gettext_lazy("Requests are"),
            gettext_lazy("Notice, days"),
            gettext_lazy("Active"),
        ],
        rows=_kinds,
        group=GROUP,
    ),
    "time-off-balances": RuleKind(
        title=gettext_lazy("Balances of time off"),
        lead=gettext_lazy("What each agent may take in a period, and what is left of it."),
        form=forms.EntitlementForm,
        headers=[
            gettext_lazy("Agent"),
            gettext_lazy("Kind"),
            gettext_lazy("From – until"),
            gettext_lazy("Granted"),
            gettext_lazy("Carried over"),
            gettext_lazy("Taken"),
            gettext_lazy("Asked for"),
            gettext_lazy("Free"),
            gettext_lazy("Unit"),
        ],
        rows=_entitlements,
        group=GROUP,
    ),
    "time-off-limits": RuleKind(
        title=gettext_lazy("Limits of time off"),
        lead=gettext_lazy(
            "Most people who may be off. A higher limit serves the waitlist as soon as it is saved."
        ),
        form=forms.LimitForm,
        headers=[
            gettext_lazy("Limit"),
            gettext_lazy("Group"),
            gettext_lazy("People off, most"),
            gettext_lazy("From – until"),
            gettext_lazy("Weekdays"),
            gettext_lazy("Hours"),
            gettext_lazy("Next is"),
        ],
        rows=_limits,
        group=GROUP,
        keep=lambda row: keep_limit(row, at=now()),
        remove=lambda row: remove_limit(row, at=now()),
    ),
    "request-reviews": RuleKind(
        title=gettext_lazy("Reviews of requests"),
        lead=gettext_lazy(
            "Who answers requests that the rules allow: nobody, or the team lead. A team's own row goes "
            "before that of everybody else."
        ),
        form=forms.PolicyForm,
        headers=[
            gettext_lazy("Team"),
            gettext_lazy("Swaps are"),
            gettext_lazy("Swaps end, minutes before"),
            gettext_lazy("Least hours bind"),
            gettext_lazy("Availability is"),
            gettext_lazy("Notice, days"),
            gettext_lazy("Wishes are"),
        ],
        rows=_policies,
        group=GROUP,
    ),
}
