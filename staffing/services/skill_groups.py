"""Groups of a pool: who can do what, written by hand or counted from people's skills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffing.models import Pool, PoolQueue, SkillGroup, SkillGroupQueue
from staffing.queries.skill_groups import SharedPeople, needs_of_pools, shared_people
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as

MOST_RANK = 99


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
            place = SkillGroupQueue(group=group, member=members[queue.pk], rank=rank)
            with refused_as(UnableToGroup):
                place.full_clean()
            place.save(force_insert=True)
        made.append(group)
    return made


@dataclass(frozen=True)
class TakenGroups:
    """Groups made of people's skills, and what has to be said of them."""

    groups: list[SkillGroup]
    notes: list[str]


@transaction.atomic
def take_groups_from_people(*, pool: Pool, on: date) -> TakenGroups:
    """Make a group of each set of skills that active agents have on a date, as many as there are.

    Who can do queues of several pools is there once: such people are shared out over the pools by
    the hours that these need, so that the parts add up to the people. All queues of a group have one
    rank: nobody has told which is whose first.
    """
    members = list(
        PoolQueue.objects.filter(pool=pool).select_related("queue__work_type").order_by("priority")
    )
    live = [member.queue for member in members if member.queue.is_live]
    shared = shared_people(pool, on=on)
    if not shared:
        raise UnableToGroup(
            _(
                "No active agent has a skill of this pool's live queues on %(date)s; give agents skills."
            )
            % {"date": on}
        )
    sets: Counter[frozenset[int]] = Counter()
    notes = []
    for part in shared:
        own = _own_part(pool, part)
        sets[part.queue_ids] += own
        if part.other_pools:
            notes.append(_note_shared(part, own))
    names = Counter[str]()
    groups = []
    for queue_ids, people in sets.most_common():
        queues = [queue for queue in live if queue.pk in queue_ids]
        name = " + ".join(queue.name for queue in queues)
        name = name if len(name) <= 110 else f"{name[:100]}…"
        names[name] += 1
        unique = name if names[name] == 1 else f"{name} ({names[name]})"
        groups.append(GroupTerms(unique, [(queue, 1) for queue in queues], people))
    return TakenGroups(set_skill_groups(pool=pool, groups=groups), notes)


def _own_part(pool: Pool, part: SharedPeople) -> int:
    """Return how many of these people are the pool's: by need, the largest remainders first.

    Each of the pools comes to its own part by the same sums, so nobody is counted twice.
    """
    pools = sorted([pool, *part.other_pools], key=lambda one: one.pk)
    needs = needs_of_pools(pools)
    total = sum(needs.values())
    exact = {one.pk: part.people * needs[one.pk] / total for one in pools}
    whole = {pk: int(value) for pk, value in exact.items()}
    order = sorted(exact, key=lambda pk: (whole[pk] - exact[pk], pk))
    for pk in order[: part.people - sum(whole.values())]:
        whole[pk] += 1
    return whole[pool.pk]


def _note_shared(part: SharedPeople, own: int) -> str:
    words = ngettext(
        "%(people)s agent can also take contacts of %(pools)s; by what each pool needs, %(own)s"
        " counts here.",
        "%(people)s agents can also take contacts of %(pools)s; by what each pool needs, %(own)s"
        " count here.",
        part.people,
    )
    pools = ", ".join(str(other) for other in part.other_pools)
    return words % {"people": part.people, "pools": pools, "own": own}


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
    times = Counter(queue for queue, _rank in terms.ranks)
    if twice := [queue for queue, count in times.items() if count > 1]:
        raise UnableToGroup(
            _("The group “%(name)s” has %(queue)s twice; give each queue one rank.")
            % {"name": terms.name, "queue": twice[0]}
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
        if not 1 <= rank <= MOST_RANK:
            raise UnableToGroup(
                _("Ranks begin at 1 and end at %(most)s, got %(rank)s.")
                % {"most": MOST_RANK, "rank": rank}
            )
