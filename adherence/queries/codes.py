"""Activity codes as a table that arrays can index."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import CodeRules, Ints
from adherence.core.groups import ON_POSITION, StateGroup, accepted_groups, group_mask
from adherence.core.projections import CodeKinds
from adherence.core.states import CLOCKED_OUT, CodeStates
from wfm.org.models import ActivityCode


@dataclass(frozen=True)
class CodeTable:
    """All activity codes, ordered by id; a code's row is its index here."""

    codes: tuple[ActivityCode, ...]

    @cached_property
    def ids(self) -> Ints:
        """Database ids, ascending."""
        return np.array([code.pk for code in self.codes], dtype=np.int64)

    @cached_property
    def states(self) -> CodeStates:
        """What an agent is doing who has declared each code."""
        return CodeStates(
            group=np.array([StateGroup[code.state_group] for code in self.codes], dtype=np.int64),
            limit_seconds=np.array(
                [code.limit_seconds or 0 for code in self.codes], dtype=np.int64
            ),
            is_work=np.array([code.is_work for code in self.codes], dtype=np.bool_),
        )

    @cached_property
    def rules(self) -> CodeRules:
        """What the sweep needs to know of the codes."""
        accepted = [
            accepted_groups(
                StateGroup[code.state_group], is_work=code.is_work, is_paid=code.is_paid
            )
            for code in self.codes
        ]
        on_position: NDArray[np.bool_] = np.array(
            [groups == ON_POSITION for groups in accepted], dtype=np.bool_
        )
        return CodeRules(
            accepted_mask=np.array([group_mask(groups) for groups in accepted], dtype=np.int64),
            tolerance_seconds=np.array(
                [code.tolerance_seconds for code in self.codes], dtype=np.int64
            ),
            is_on_position=on_position,
        )

    @cached_property
    def kinds(self) -> CodeKinds:
        """What the formulas need to know of the codes."""
        return CodeKinds(
            is_paid=np.array([code.is_paid for code in self.codes], dtype=np.bool_),
            is_neutral=np.array([code.is_neutral for code in self.codes], dtype=np.bool_),
        )

    def rows(self, ids: Ints) -> Ints:
        """Rows of these database ids; -1 stays -1."""
        rows = np.searchsorted(self.ids, ids)
        return np.where(ids < 0, CLOCKED_OUT, rows)

    def at(self, row: int) -> ActivityCode | None:
        """The code of a row; None for clocked out."""
        return None if row < 0 else self.codes[row]


def code_table() -> CodeTable:
    """Read all activity codes, also those no longer in use: the past still names them."""
    return CodeTable(codes=tuple(ActivityCode.objects.order_by("pk")))
