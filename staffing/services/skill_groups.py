"""Groups of a pool: who can do what, written by hand or counted from people's skills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from staffing.models import Pool, PoolQueue, SkillGroup, SkillGroupQueue
from staffing.queries.skill_groups import skill_sets
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as


class UnableToGroup(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The pool cannot be grouped like that; the sentence says why."""


@dataclass(frozen=True)
class GroupTerms:
    """A group: its queues with their rank, 1 first; equal ranks take who waits longest."""

    name: str
    ranks: Sequence[tuple[Queue, int]]
    max_agents: int | None = None


@transaction.atomic
def set_skill_groups(*, pool: Pool, groups: Sequence[GroupTerms]) -> list[SkillGroup]:
    """Give the pool these groups in place of those it has; none makes everybody able to do all."""
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    members = {
        member.queue_id: member
        for member in PoolQueue.objects.filter(pool=pool).select_related("queue__work_type")
    }
    _refuse(members, groups)
    SkillGroup.objects.filter(pool=pool).delete()
    made = []
    for terms in groups:
        group = SkillGroup(pool=pool, name=terms.name, max_agents=terms.max_agents)
        with refused_as(UnableToGroup):
            group.full_clean()
        group.save(force_insert=True)
        for queue, rank in terms.ranks:
            SkillGroupQueue.objects.create(group=group, member=members[queue.pk], rank=rank)
        made.append(group)
    return made


def take_groups_from_people(*, pool: Pool, on: date) -> list[SkillGroup]:
    """Make a group of each set of skills that active agents have on a date, as many as there are.

    All queues of a group have one rank: nobody has told which is whose first.
    """
    members = list(
        PoolQueue.objects.filter(pool=pool).select_related("queue__work_type").order_by("priority")
    )
    live = [member.queue for member in members if member.queue.is_live]
    sets = skill_sets(live, on=on)
    if not sets:
        raise UnableToGroup(
            _(
                "No active agent has a skill of this pool's live queues on %(date)s; give agents skills."
            )
            % {"date": on}
        )
    names = Counter[str]()
    groups = []
    for queue_ids, people in sets.items():
        queues = [queue for queue in live if queue.pk in queue_ids]
        name = " + ".join(queue.name for queue in queues)
        name = name if len(name) <= 110 else f"{name[:100]}…"
        names[name] += 1
        unique = name if names[name] == 1 else f"{name} ({names[name]})"
        groups.append(GroupTerms(unique, [(queue, 1) for queue in queues], people))
    return set_skill_groups(pool=pool, groups=groups)


def _refuse(members: dict[int, PoolQueue], groups: Sequence[GroupTerms]) -> None:
    names = Counter(terms.name for terms in groups)
    if twice := [name for name, count in names.items() if count > 1]:
        raise UnableToGroup(
            _("Two groups are named “%(name)s”; name each once.") % {"name": twice[0]}
        )
    for terms in groups:
        _refuse_group(members, terms)
    done = {queue.pk for terms in groups for queue, _rank in terms.ranks}
    for queue_id, member in members.items():
        if groups and member.queue.is_live and queue_id not in done:
            raise UnableToGroup(
                _("No group can do %(queue)s; add it to a group or take it out of the pool.")
                % {"queue": member.queue}
            )


def _refuse_group(members: dict[int, PoolQueue], terms: GroupTerms) -> None:
    if not terms.name.strip():
        raise UnableToGroup(_("A group has no name; name each group."))
    if not terms.ranks:
        raise UnableToGroup(
            _("The group “%(name)s” has no queue; choose one or leave the group out.")
            % {"name": terms.name}
        )
    for queue, rank in terms.ranks:
        if queue.pk not in members:
            raise UnableToGroup(
                _("%(queue)s is not in this pool; add it there first.") % {"queue": queue}
            )
        if not queue.is_live:
            raise UnableToGroup(
                _("%(queue)s is deferred; groups are of live queues.") % {"queue": queue}
            )
        if rank < 1:
            raise UnableToGroup(_("Ranks begin at 1, got %(rank)s.") % {"rank": rank})
