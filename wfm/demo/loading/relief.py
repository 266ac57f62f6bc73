"""See that the demo agent has a published shift that covers now."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from scheduling.services import add_shift, copy_version, publish_schedule
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.demo.relief import relief_span
from wfm.org.models import Agent, Site, User
from wfm.org.tenancy import system_tenant
from wfm.timeline import day_bounds

FAR = timedelta(days=1)


def ensure_shift_now(*, at: datetime, published_by: User) -> bool:
    """Add a shift to a copy of the published schedule and publish that; False when none is needed.

    The agent's contract asks for no rest between shifts and so allows it. A planned shift of the
    same schedule that the new one would overlap gives way.
    """
    with system_tenant():
        agent = Agent.objects.get(employee_number=DEMO_AGENT_NUMBER)
        own = Shift.objects.filter(agent=agent, is_published=True)
        if own.filter(starts_at__lte=at, ends_at__gt=at).exists():
            return False
        zone = Site.objects.get(teams__assignments__agent=agent).timezone
        day = at.astimezone(ZoneInfo(zone)).date()
        version = (
            ScheduleVersion.objects.filter(
                status=ScheduleStatus.PUBLISHED, starts_on__lte=day, ends_on__gt=day
            )
            .order_by("-published_at")
            .first()
        )
        if version is None:
            return False
        before = own.filter(starts_at__lte=at).aggregate(last=Max("ends_at"))["last"]
        after = own.filter(starts_at__gt=at).exclude(version=version)
        span = relief_span(
            at,
            not_before=max(before or at - FAR, day_bounds(day, zone).starts_at),
            not_after=after.aggregate(first=Min("starts_at"))["first"] or at + FAR,
        )
        draft = copy_version(version=version, created_by=published_by)
        draft.name = f"Relief shift for {agent.name}"
        draft.save(update_fields=["name"])
        Shift.objects.filter(
            version=draft, agent=agent, starts_at__lt=span.ends_at, ends_at__gt=span.starts_at
        ).delete()
        add_shift(
            version=draft,
            agent=agent,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            is_locked=True,
        )
        publish_schedule(version=draft, published_at=at, published_by=published_by)
        return True
