"""Publish a version: in one transaction, and never two shifts of an agent at once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from scheduling.services.errors import UnableToPublish
from scheduling.services.publish_notices import differences, tell_of_publication
from wfm.org.models import Agent, User

NO_OVERLAP = "scheduling_shift_published_no_overlap"


@transaction.atomic
def publish_schedule(
    *, version: ScheduleVersion, published_at: datetime, published_by: User | None
) -> ScheduleVersion:
    """Put the version's shifts in force in place of those published for the same days.

    The database refuses overlapping shifts of an agent, whoever publishes them at the same time;
    then nothing has changed and `UnableToPublish` names the person and the times. Each agent whose
    own shifts differ is told once, with the days.
    """
    found = ScheduleVersion.objects.select_for_update().get(pk=version.pk)
    if found.status != ScheduleStatus.DRAFT:
        raise UnableToPublish(_("This version has been published before; copy it to change it."))
    if found.job is not None and found.job.is_open:
        raise UnableToPublish(_("The solver still works on this version. Wait or cancel its job."))
    own = Shift.objects.filter(version=found)
    if not own.exists():
        raise UnableToPublish(_("This version holds no shift; there is nothing to publish."))
    _lock_agents(found)
    changed = differences(found)
    try:
        with transaction.atomic():
            _put_in_force(found)
    except IntegrityError as error:
        if NO_OVERLAP not in str(error):
            raise
        raise UnableToPublish(_clash(found)) from error
    found.status = ScheduleStatus.PUBLISHED
    found.published_at, found.published_by = published_at, published_by
    found.save(update_fields=["status", "published_at", "published_by"])
    superseded = _supersede_empty(found)
    tell_of_publication(found, changed=changed, superseded=superseded, at=published_at)
    return found


def _lock_agents(version: ScheduleVersion) -> None:
    """Hold the agents' rows in order, so that two publications wait for each other."""
    agents = Shift.objects.filter(version=version).values("agent")
    list(Agent.objects.filter(pk__in=agents).order_by("pk").select_for_update().values_list("pk"))


def _same_days(version: ScheduleVersion) -> dict[str, object]:
    return {
        "operational_date__gte": version.starts_on,
        "operational_date__lt": version.ends_on,
        "is_published": True,
    }


def _put_in_force(version: ScheduleVersion) -> None:
    replaced = Shift.objects.filter(**_same_days(version)).exclude(version=version)
    replaced.update(is_published=False)
    Shift.objects.filter(version=version).update(is_published=True)
    with connection.cursor() as cursor:
        # Deferred constraints would speak only at the commit, too late for a sentence.
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED")


def _supersede_empty(version: ScheduleVersion) -> list[int]:
    """Supersede the versions of which no shift is in force any more; return them."""
    others = ScheduleVersion.objects.filter(status=ScheduleStatus.PUBLISHED).exclude(pk=version.pk)
    overlapping = others.filter(starts_on__lt=version.ends_on, ends_on__gt=version.starts_on)
    empty = overlapping.exclude(shifts__is_published=True).order_by("pk")
    found = list(empty.values_list("pk", flat=True))
    ScheduleVersion.objects.filter(pk__in=found).update(status=ScheduleStatus.SUPERSEDED)
    return found


def _clash(version: ScheduleVersion) -> str:
    """Name one pair of shifts that overlap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.name, s.starts_at, s.ends_at, o.starts_at, o.ends_at "
            "FROM scheduling_shift s JOIN scheduling_shift o "
            "ON o.agent_id = s.agent_id AND o.id <> s.id "
            "AND o.starts_at < s.ends_at AND s.starts_at < o.ends_at "
            "AND (o.version_id = s.version_id OR (o.is_published AND NOT "
            "(o.operational_date >= %s AND o.operational_date < %s))) "
            "JOIN org_agent a ON a.id = s.agent_id "
            "WHERE s.version_id = %s ORDER BY s.starts_at, s.id LIMIT 1",
            [version.starts_on, version.ends_on, version.pk],
        )
        row = cursor.fetchone()
    if row is None:
        return _("Another schedule was published at the same moment. Look again, then publish.")
    zone = version.timezone
    name, starts_at, ends_at, other_starts_at, other_ends_at = row
    return _(
        "%(name)s would have two shifts at once: %(first)s and %(second)s (%(zone)s). Move or "
        "delete one of them, then publish."
    ) % {
        "name": name,
        "first": _span(starts_at, ends_at, zone),
        "second": _span(other_starts_at, other_ends_at, zone),
        "zone": zone,
    }


def _span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    local = ZoneInfo(zone)
    return f"{starts_at.astimezone(local):%a %d %b %H:%M}–{ends_at.astimezone(local):%H:%M}"
