"""What the pages of rules show of offices, ratios, team days and activities to place."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling import forms
from scheduling.models import (
    ActivityRequest,
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
)
from scheduling.views import request_kinds, rule_kinds
from scheduling.views.rule_kinds import DASH, MOST_ROWS, RuleKind, clock
from wfm.org.weekdays import WEEKDAYS

Rows = list[tuple[Any, list[Any]]]


def _dates(row: Any) -> str:
    first = date_format(row.starts_on, "SHORT_DATE_FORMAT")
    return (
        first
        if row.ends_on is None
        else f"{first} – {date_format(row.ends_on, 'SHORT_DATE_FORMAT')}"
    )


def _offices(principal: object) -> Rows:
    rows = SiteOffice.objects.visible_to(principal).select_related("site").order_by("site__name")
    return [(row, [row.site, f"{row.productive_rate:.0%}"]) for row in rows[:MOST_ROWS]]


def _hours(principal: object) -> Rows:
    rows = OfficeHours.objects.visible_to(principal).select_related("site")
    names = dict(WEEKDAYS)
    return [
        (
            row,
            [
                row.site,
                names[row.weekday],
                f"{clock(row.opens_minute)} – {clock(row.closes_minute)}",
            ],
        )
        for row in rows.order_by("site__name", "weekday")[:MOST_ROWS]
    ]


def _rooms(principal: object) -> Rows:
    rows = MeetingRoom.objects.visible_to(principal).select_related("site")
    return [
        (row, [row.name, row.site, _dates(row)])
        for row in rows.order_by("site__name", "name")[:MOST_ROWS]
    ]


def _ratios(principal: object) -> Rows:
    rows = HybridRatio.objects.visible_to(principal).select_related("agent", "employment_contract")
    return [
        (
            row,
            [
                row.agent or row.employment_contract,
                f"{row.office_days_min} – {row.office_days_max}",
            ],
        )
        for row in rows.order_by("employment_contract__name", "agent__sort_key")[:MOST_ROWS]
    ]


def _team_days(principal: object) -> Rows:
    rows = TeamOfficeRule.objects.visible_to(principal).select_related("team")
    return [
        (row, [row.team, row.get_place_display(), _days(row), _weeks(row)])
        for row in rows.order_by("team__name", "pk")[:MOST_ROWS]
    ]


def _days(row: TeamOfficeRule) -> str:
    if row.common_days:
        return ngettext(
            "%(count)d common day, chosen by the solver",
            "%(count)d common days, chosen by the solver",
            row.common_days,
        ) % {"count": row.common_days}
    names = dict(WEEKDAYS)
    return ", ".join(str(names[int(day)]) for day in row.weekdays)


def _weeks(row: TeamOfficeRule) -> str:
    if row.cycle_weeks == 1 or row.cycle_starts_on is None:
        return _("every week")
    return _("one week of %(weeks)d, as from %(day)s") % {
        "weeks": row.cycle_weeks,
        "day": date_format(row.cycle_starts_on, "SHORT_DATE_FORMAT"),
    }


def _activities(principal: object) -> Rows:
    rows = (
        ActivityRequest.objects.visible_to(principal)
        .select_related("activity_code", "room_site")
        .prefetch_related("attendants")
        .order_by("-starts_on", "title")
    )
    return [
        (
            row,
            [
                row.title,
                row.activity_code,
                row.minutes,
                len(row.attendants.all()),
                _("together") if row.is_together else _("each alone"),
                _dates(row),
                f"{clock(row.earliest_minute)} – {clock(row.latest_minute)}",
                row.room_site or (_("office") if row.needs_office else DASH),
                _("yes") if row.is_active else _("no"),
            ],
        )
        for row in rows[:MOST_ROWS]
    ]


KINDS: dict[str, RuleKind] = {
    **rule_kinds.KINDS,
    **request_kinds.KINDS,
    "activities": RuleKind(
        title=gettext_lazy("Activities to place"),
        lead=gettext_lazy(
            "Training, meetings and coaching that the solver places where they cost least service."
        ),
        form=forms.ActivityRequestForm,
        headers=[
            gettext_lazy("Title"),
            gettext_lazy("Activity"),
            gettext_lazy("Minutes"),
            gettext_lazy("Attendants"),
            gettext_lazy("How"),
            gettext_lazy("Days"),
            gettext_lazy("Between"),
            gettext_lazy("Room"),
            gettext_lazy("To be placed"),
        ],
        rows=_activities,
    ),
    "hybrid-ratios": RuleKind(
        title=gettext_lazy("Office and home"),
        lead=gettext_lazy(
            "Days a week in the office of hybrid people; an agent's own row goes before the contract's."
        ),
        form=forms.HybridRatioForm,
        headers=[gettext_lazy("Contract or agent"), gettext_lazy("Days in the office")],
        rows=_ratios,
    ),
    "team-days": RuleKind(
        title=gettext_lazy("Team days"),
        lead=gettext_lazy(
            "Days or weeks that a team's hybrid people spend in the office together."
        ),
        form=forms.TeamOfficeRuleForm,
        headers=[
            gettext_lazy("Team"),
            gettext_lazy("Where"),
            gettext_lazy("Days"),
            gettext_lazy("Weeks"),
        ],
        rows=_team_days,
    ),
    "office-hours": RuleKind(
        title=gettext_lazy("Office hours"),
        lead=gettext_lazy(
            "Shifts outside them are worked from home. A site without rows is always open."
        ),
        form=forms.OfficeHoursForm,
        headers=[gettext_lazy("Site"), gettext_lazy("Weekday"), gettext_lazy("Open")],
        rows=_hours,
    ),
    "meeting-rooms": RuleKind(
        title=gettext_lazy("Meeting rooms"),
        lead=gettext_lazy("One activity at a time can take a room."),
        form=forms.MeetingRoomForm,
        headers=[gettext_lazy("Room"), gettext_lazy("Site"), gettext_lazy("From – until")],
        rows=_rooms,
    ),
    "offices": RuleKind(
        title=gettext_lazy("Work done in the office"),
        lead=gettext_lazy(
            "What an hour of hybrid people in the office gets done; days there go to low demand."
        ),
        form=forms.SiteOfficeForm,
        headers=[gettext_lazy("Site"), gettext_lazy("Of an hour at home")],
        rows=_offices,
    ),
}
