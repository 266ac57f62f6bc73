"""The table of a pool's groups: a row per group, a rank per queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from staffing.models import SkillGroup
from staffing.services.skill_groups import MOST_RANK, GroupTerms
from wfm.org.models import Queue


class GroupForm(forms.Form):
    """A group; a queue without a rank is one that it cannot do."""

    name = forms.CharField(max_length=120, required=False)
    max_agents = forms.IntegerField(min_value=0, required=False)

    def __init__(self, *args: Any, queues: Sequence[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queues = queues
        for queue in queues:
            self.fields[self.rank_of(queue)] = forms.IntegerField(
                min_value=1, max_value=MOST_RANK, required=False, label=queue.name
            )
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
        labels = {"name": _("Group"), "max_agents": _("People at most")}
        for key, field in self.fields.items():
            field.widget.attrs["aria-label"] = labels.get(key, field.label)

    @staticmethod
    def rank_of(queue: Queue) -> str:
        """Return the name of the queue's field."""
        return f"rank_{queue.pk}"

    def rank_fields(self) -> list[forms.BoundField]:
        """Return the ranks in the order of the queues."""
        return [self[self.rank_of(queue)] for queue in self.queues]

    def terms(self) -> GroupTerms | None:
        """Return the group; None where the row is empty."""
        asked = self.cleaned_data
        ranks = [
            (queue, rank)
            for queue in self.queues
            if (rank := asked.get(self.rank_of(queue))) is not None
        ]
        if not asked.get("name") and not ranks:
            return None
        return GroupTerms(asked.get("name", ""), ranks, asked.get("max_agents"))


GroupFormSet = forms.formset_factory(GroupForm, extra=2)


def initial_of(groups: Sequence[SkillGroup]) -> list[dict[str, Any]]:
    """Return the rows of the groups there are."""
    return [
        {"name": group.name, "max_agents": group.max_agents}
        | {f"rank_{item.member.queue_id}": item.rank for item in group.queues.all()}
        for group in groups
    ]
