"""What the keeper remembers of an agent, and how little of it the present needs.

A refresh asks where an agent stands now. Of the plan that is the unbroken shift of now and what
follows it; of the events those since the present state group began, and, where the state does not
fit the plan, those since it last did. The trimmed rows go through the same sweep and rules as a
whole day does, so there is one place that judges.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from adherence.core.groups import StateGroup
from adherence.core.states import CLOCKED_OUT

NO_CODE = CLOCKED_OUT


def _longs() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class PlanMemory:
    """An agent's planned rows in order, and for each the first and last row of its shift."""

    starts_at: "array[int]" = field(default_factory=_longs)
    ends_at: "array[int]" = field(default_factory=_longs)
    code_id: "array[int]" = field(default_factory=_longs)
    queue_id: "array[int]" = field(default_factory=_longs)
    is_home: "array[int]" = field(default_factory=_longs)
    first_row: "array[int]" = field(default_factory=_longs)
    last_row: "array[int]" = field(default_factory=_longs)

    def find_shifts(self) -> None:
        """Note for each row the rows of the unbroken stretch it belongs to."""
        count = len(self.starts_at)
        self.first_row, self.last_row = array("q", bytes(8 * count)), array("q", bytes(8 * count))
        first = 0
        for row in range(count):
            if row and self.starts_at[row] != self.ends_at[row - 1]:
                first = row
            self.first_row[row] = first
        last = count - 1
        for row in range(count - 1, -1, -1):
            if row + 1 < count and self.starts_at[row + 1] != self.ends_at[row]:
                last = row
            self.last_row[row] = last

    def row_at(self, second: int) -> int:
        """The last row that has begun, -1 before the first."""
        return bisect_right(self.starts_at, second) - 1

    def rows_for(self, second: int) -> tuple[int, int]:
        """The rows [from, to) that decide this second: the shift of now, and the row after it."""
        row = self.row_at(second)
        if row < 0:
            return 0, min(1, len(self.starts_at))
        if self.ends_at[row] > second:
            return self.first_row[row], min(self.last_row[row] + 2, len(self.starts_at))
        return row, min(row + 2, len(self.starts_at))


@dataclass(slots=True)
class EventMemory:
    """An agent's events in their order: second and activity code, NO_CODE for a clock-out.

    Of several in one second only the last.
    """

    at: "array[int]" = field(default_factory=_longs)
    code_id: "array[int]" = field(default_factory=_longs)

    def replace_from(self, second: int, at: "array[int]", code_id: "array[int]") -> None:
        """Put what the database holds from this second on in place of what was remembered."""
        place = bisect_left(self.at, second)
        self.at[place:] = at
        self.code_id[place:] = code_id

    def forget_before(self, second: int) -> None:
        """Forget what is older, but for the last of it: its state goes on."""
        place = bisect_left(self.at, second) - 1
        if place > 0:
            del self.at[:place]
            del self.code_id[:place]

    def rows_for(
        self, second: int, kinds: "CodeKinds", *, planned: int, since: int
    ) -> tuple[int, int]:
        """The rows [from, to) that decide this second while `planned` goes on since `since`.

        One row more than needed at the beginning, so that what came before is known.
        """
        end = bisect_right(self.at, second)
        if end == 0:
            return 0, 0
        run = row = end - 1
        kind = kinds.kind(self.code_id[row])
        while run > 0 and kinds.kind(self.code_id[run - 1]) == kind:
            run -= 1
        fitting = kinds.fitting.get(planned)
        if fitting is not None and self.code_id[row] not in fitting:
            while row > 0 and self.at[row] > since and self.code_id[row - 1] not in fitting:
                row -= 1
        return max(min(run, row) - 1, 0), end


@dataclass(frozen=True)
class CodeKinds:
    """What the search for the beginning of a state must know of codes; on the safe side.

    `kinds` has one number for codes whose groups may run into each other. `fitting[planned]` holds
    the codes that fit a planned code whatever their length.
    """

    kinds: Mapping[int, int]
    fitting: Mapping[int, frozenset[int]]

    def kind(self, code_id: int) -> int:
        """The number of a code."""
        return self.kinds.get(code_id, int(StateGroup.OFFLINE))


@dataclass(slots=True)
class FeedMemory:
    """When a feed that must be heard was heard last, and its silences of the last days."""

    limit_seconds: int
    heard_at: int
    silences: list[tuple[int, int]] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)

    def hear(self, second: int, *, now: int) -> bool:
        """Note that the feed was heard; False when that was before the last time.

        The silences must then be read again.
        """
        if second > now:
            self.ahead.append(second)
            return True
        if second < self.heard_at:
            return False
        if second - self.heard_at > self.limit_seconds:
            self.silences.append((self.heard_at + self.limit_seconds, second))
        self.heard_at = second
        return True

    def catch_up(self, now: int) -> None:
        """Hear what was dated after its arrival and has its moment now."""
        due, self.ahead = (
            sorted(second for second in self.ahead if second <= now),
            [second for second in self.ahead if second > now],
        )
        for second in due:
            self.hear(max(second, self.heard_at), now=now)

    @property
    def silent_from(self) -> int:
        """When it is silent if it is not heard again."""
        return self.heard_at + self.limit_seconds

    def silences_until(self, until: int) -> list[tuple[int, int]]:
        """All silences, the one that goes on included."""
        if self.silent_from < until:
            return [*self.silences, (self.silent_from, until)]
        return self.silences


@dataclass(slots=True)
class AgentMemory:
    """Everything the keeper remembers of an agent."""

    plan: PlanMemory
    events: EventMemory
    windows: list[tuple[int, int]]
    excuses: list[tuple[int, int]]
    feeds: tuple[int, ...]
    day: int
    """The UTC day (days since 1970) for which plan and windows were read."""
