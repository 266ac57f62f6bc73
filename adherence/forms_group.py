"""The form that excuses many people at once, on the wall clock of their site."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adherence.core.connectors.local_time import possible_instants
from adherence.forms_portal import DateInput, TimeInput
from adherence.queries.group_people import GroupPeople, group_zone
from adherence.services.group_exceptions import GroupAsk
from wfm.org.models import Queue, Site, Team
from wfm.web.formats import local_clock, local_day

ONE_DAY = timedelta(days=1)
WHICH = (("first", _("the first time")), ("second", _("the second time")))
REASONS = (
    _("Fire drill"),
    _("System outage"),
    _("Power or line failure"),
    _("Meeting of everybody"),
    _("Agreed with the client"),
)


def people_choices(principal: object) -> list[tuple[Any, Any]]:
    """Teams, sites and queues that the principal may choose, each with the zone where they differ."""
    teams = Team.objects.visible_to(principal).filter(is_active=True).select_related("site")
    # A site is offered for the teams that one sees there.
    sites = Site.objects.filter(is_active=True, pk__in=teams.values("site"))
    queues = Queue.objects.visible_to(principal).filter(is_active=True)
    rows = {
        "team": [(team.pk, team.name, team.site.timezone) for team in teams.order_by("name")],
        "site": [(site.pk, site.name, site.timezone) for site in sites.order_by("name")],
        "queue": [(queue.pk, queue.name, queue.timezone) for queue in queues.order_by("name")],
    }
    zones = {zone for found in rows.values() for _pk, _name, zone in found}
    labels = {"team": _("Teams"), "site": _("Sites"), "queue": _("Who works on the queue")}
    groups = [
        (
            labels[kind],
            [
                (f"{kind}-{pk}", f"{name} ({zone})" if len(zones) > 1 else name)
                for pk, name, zone in found
            ],
        )
        for kind, found in rows.items()
        if found
    ]
    return [("", gettext("Choose a team, a site or a queue")), *groups]


class GroupExceptionForm(forms.Form):
    """Whom, when, why. `ask` is what it says once it is valid."""

    people = forms.ChoiceField(label=_("For whom"))
    day = forms.DateField(label=_("Day"), widget=DateInput)
    starts = forms.TimeField(label=_("From"), widget=TimeInput)
    starts_which = forms.ChoiceField(
        label=_("From: which of the two"), choices=WHICH, required=False, widget=forms.HiddenInput
    )
    ends = forms.TimeField(
        label=_("Until"),
        widget=TimeInput,
        help_text=_("On the site's clock. Earlier than “from”: on the next day."),
    )
    ends_which = forms.ChoiceField(
        label=_("Until: which of the two"), choices=WHICH, required=False, widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "group-reasons", "autocomplete": "off"}),
        error_messages={"required": _("Give a reason: it is shown beside the exception.")},
    )
    includes_absent = forms.BooleanField(label=_("Also who was not at work then"), required=False)

    def __init__(self, *args: Any, principal: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.principal = principal
        people = self.fields["people"]
        assert isinstance(people, forms.ChoiceField)
        choices = people_choices(principal)
        people.choices = choices
        self.offered = {value for _label, group in choices[1:] for value, _name in group}

    @cached_property
    def meant(self) -> GroupPeople | None:
        """Whom the choice means; None where nothing valid is chosen."""
        value = str(self["people"].value() or "")
        if value not in self.offered:
            return None
        kind, _dash, number = value.partition("-")
        if kind == "team":
            team = Team.objects.select_related("site").get(pk=int(number))
            return GroupPeople(team=team)
        if kind == "site":
            return GroupPeople(site=Site.objects.get(pk=int(number)))
        return GroupPeople(queue=Queue.objects.get(pk=int(number)))

    @cached_property
    def timezone(self) -> str:
        """Whose clock the times are on; empty before anybody is chosen."""
        return "" if self.meant is None else group_zone(self.meant)

    def clean(self) -> dict[str, Any]:
        """Turn the clock's times into instants."""
        data = super().clean() or {}
        if self.errors or self.meant is None:
            return data
        day, starts, ends = data["day"], data["starts"], data["ends"]
        starts_at = self._instant("starts", day, starts, after=None)
        if starts_at is None:
            return data
        same_day = possible_instants(datetime.combine(day, ends), ZoneInfo(self.timezone))
        # Across the hour that comes twice a later moment can read earlier.
        is_over = ends <= starts and not any(moment > starts_at for moment in same_day)
        last = day + ONE_DAY if is_over else day
        ends_at = self._instant("ends", last, ends, after=starts_at)
        if ends_at is not None:
            data |= {"starts_at": starts_at, "ends_at": ends_at}
        return data

    @property
    def ask(self) -> GroupAsk:
        """What is to be excused."""
        data = self.cleaned_data
        assert self.meant is not None
        return GroupAsk(
            people=self.meant,
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            reason=data["reason"],
            includes_absent=data["includes_absent"],
        )

    @property
    def looked_at(self) -> str:
        """Whom and when the preview showed: what is saved is what was looked at."""
        data = self.cleaned_data
        parts = (data["people"], data["starts_at"], data["ends_at"], data["includes_absent"])
        return "|".join(map(str, parts))

    def _instant(
        self, name: str, day: date, clock: time, *, after: datetime | None
    ) -> datetime | None:
        """The instant of a reading of the clock; an error where there is none or two."""
        zone = ZoneInfo(self.timezone)
        found = possible_instants(datetime.combine(day, clock), zone)
        if not found:
            self.add_error(name, _never(day, clock, self.timezone))
            return None
        if after is not None:
            found = tuple(moment for moment in found if moment > after) or found
        if len(found) == 1:
            return found[0]
        first, second = found
        which = self.cleaned_data.get(f"{name}_which")
        self.fields[f"{name}_which"].widget = forms.RadioSelect(
            choices=[
                (value, f"{label}: {_offset(moment, zone)}")
                for (value, label), moment in zip(WHICH, found, strict=True)
            ]
        )
        if which:
            return second if which == "second" else first
        self.add_error(
            f"{name}_which",
            gettext("The clock shows %(time)s twice on %(day)s: choose which.")
            % {"time": clock.strftime("%H:%M"), "day": local_day(day)},
        )
        return None


def _never(day: date, clock: time, zone: str) -> str:
    return gettext("%(time)s does not exist on %(day)s in %(zone)s: the clock goes forward.") % {
        "time": clock.strftime("%H:%M"),
        "day": local_day(day),
        "zone": zone,
    }


def _offset(moment: datetime, zone: ZoneInfo) -> str:
    return f"{local_clock(moment, zone)} UTC{moment.astimezone(zone):%z}"[:-2]


def initial_stretch(at: datetime, zone: str) -> dict[str, Any]:
    """The last half hour on this clock, as most is excused when it is over."""
    now = at.astimezone(ZoneInfo(zone or "UTC")).replace(second=0, microsecond=0)
    until = now - timedelta(minutes=now.minute % 5)
    start = (until.astimezone(UTC) - timedelta(minutes=30)).astimezone(until.tzinfo)
    return {"day": start.date(), "starts": start.time(), "ends": until.time()}
