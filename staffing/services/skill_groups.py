"""Groups of a pool: who can do what, written by hand or counted from people's skills."""

from __future__ import annotations

from collections import Counter, defaultdict
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
def take_groups_from_people(*, pool: Pool, on: date, principal: object) -> TakenGroups:
    """Make a group of each set of skills that active agents have on a date, as many as there are.

    Who can do queues of several pools is there once: such people are shared out over the pools by
    the hours that these need, so that the parts add up to the people. All queues of a group have one
    rank: nobody has told which is whose first. The notes name pools that the principal may see.
    """
    members = PoolQueue.objects.filter(pool=pool).select_related("queue__work_type")
    live = [member.queue for member in members.order_by("priority") if member.queue.is_live]
    shared = shared_people(pool, on=on)
    if not shared:
        raise UnableToGroup(
            _(
                "No active agent has a skill of this pool's live queues on %(date)s; give agents skills."
            )
            % {"date": on}
        )
    parts = _own_parts(pool, shared)
    sets: Counter[frozenset[int]] = Counter()
    for part, own in zip(shared, parts, strict=True):
        sets[part.queue_ids] += own
    _refuse_lent(live, sets)
    notes = _notes_shared(shared, parts, principal=principal)
    return TakenGroups(set_skill_groups(pool=pool, groups=_terms(live, sets)), notes)


def _terms(live: Sequence[Queue], sets: Counter[frozenset[int]]) -> list[GroupTerms]:
    """Return a group of each set of skills that has people, each with a name of its own."""
    names = Counter[str]()
    groups = []
    for queue_ids, people in sets.most_common():
        if people == 0:
            continue
        queues = [queue for queue in live if queue.pk in queue_ids]
        name = " + ".join(queue.name for queue in queues)
        name = name if len(name) <= 110 else f"{name[:100]}…"
        names[name] += 1
        unique = name if names[name] == 1 else f"{name} ({names[name]})"
        groups.append(GroupTerms(unique, [(queue, 1) for queue in queues], people))
    return groups


def _refuse_lent(live: Sequence[Queue], sets: Counter[frozenset[int]]) -> None:
    """Refuse where all who can do a queue count in other pools: it would be left without people."""
    able = Counter[int]()
    for queue_ids, people in sets.items():
        able.update(dict.fromkeys(queue_ids, people))
    for queue in live:
        if queue.pk in able and able[queue.pk] == 0:
            raise UnableToGroup(
                _(
                    "By what each pool needs, everybody who can do %(queue)s counts in another pool;"
                    " write this pool's groups by hand."
                )
                % {"queue": queue}
            )


def _own_parts(pool: Pool, shared: Sequence[SharedPeople]) -> list[int]:
    """Return how many of each set's people are the pool's.

    One after another each goes to the pool that is furthest behind its share of the need. Each of the
    pools takes the same people in the same order, so that nobody is counted twice.
    """
    needs = needs_of_pools({pool, *(one for part in shared for one in part.other_pools)})
    given: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    parts = []
    for part in shared:
        pks = tuple(sorted([pool.pk, *(one.pk for one in part.other_pools)]))
        parts.append(_part_of(pool.pk, part.people, needs=_shares(needs, pks), given=given[pks]))
    return parts


def _shares(needs: dict[int, float], pks: tuple[int, ...]) -> dict[int, float]:
    """Return what part of the need is each pool's; the same for all while one of them is unknown."""
    own = {pk: needs[pk] for pk in pks}
    if not all(own.values()):
        own = dict.fromkeys(pks, 1.0)
    total = sum(own.values())
    return {pk: need / total for pk, need in own.items()}


def _part_of(own: int, people: int, *, needs: dict[int, float], given: Counter[int]) -> int:
    """Give so many people out, counting them as given; return how many the own pool gets."""
    before = given[own]
    for place in range(given.total() + 1, given.total() + people + 1):
        behind = max(needs, key=lambda pk: (place * needs[pk] - given[pk], -pk))
        given[behind] += 1
    return given[own] - before


def _notes_shared(
    shared: Sequence[SharedPeople], parts: Sequence[int], *, principal: object
) -> list[str]:
    """Return a sentence for each combination of other pools with which people are shared."""
    people: Counter[tuple[Pool, ...]] = Counter()
    own: Counter[tuple[Pool, ...]] = Counter()
    for part, count in zip(shared, parts, strict=True):
        if part.other_pools:
            people[part.other_pools] += part.people
            own[part.other_pools] += count
    asked = {one.pk for others in people for one in others}
    seen = set(Pool.objects.visible_to(principal).filter(pk__in=asked).values_list("pk", flat=True))
    return [
        ngettext(
            "%(people)s agent can also take contacts of %(pools)s; by what each pool needs, %(own)s"
            " counts here.",
            "%(people)s agents can also take contacts of %(pools)s; by what each pool needs, %(own)s"
            " count here.",
            count,
        )
        % {"people": count, "pools": _pools_named(others, seen=seen), "own": own[others]}
        for others, count in people.most_common()
    ]


def _pools_named(others: Sequence[Pool], *, seen: set[int]) -> str:
    """Name the pools that one may see and count those that one may not."""
    names = [str(one) for one in others if one.pk in seen]
    if hidden := len(others) - len(names):
        words = ngettext("another pool", "%(count)s other pools", hidden)
        names.append(words % {"count": hidden})
    return ", ".join(names)


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
