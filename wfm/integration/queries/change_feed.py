"""Read the feed of changes from a position on: each change once, none lost."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Min, Value
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from wfm.integration.models import Change, ChangeFeedState
from wfm.integration.models.change import ChangeQuerySet

# Any write is under way for a moment; only what lasts longer is worth telling.
HELD_BACK_AFTER = timedelta(seconds=5)
_CURSOR_FORM = re.compile(r"1\.(\d{1,19})\.(\d{1,19})")
LARGEST = 2**63 - 1


class UnreadableCursor(ValueError):  # noqa: N818 - named for what the caller is told
    """The text is no cursor of ours."""


class CursorTooOld(ValueError):  # noqa: N818 - named for what the caller is told
    """Changes after the cursor were deleted, or it is of another database."""


@dataclass(frozen=True, order=True)
class FeedCursor:
    """Everything up to and including this place was read."""

    position: int = 0
    change_id: int = 0

    def as_text(self) -> str:
        """Return the cursor as a caller keeps it; what is in it may change."""
        plain = f"1.{self.position}.{self.change_id}".encode()
        return base64.urlsafe_b64encode(plain).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> FeedCursor:
        """Read what `as_text` wrote; raises UnreadableCursor."""
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            match = _CURSOR_FORM.fullmatch(plain.decode("ascii"))
        except (binascii.Error, ValueError):
            match = None
        if match is None or max(int(match[1]), int(match[2])) > LARGEST:
            raise UnreadableCursor(
                _("'%(text)s' is no cursor. Send the one of the last answer as it came.")
                % {"text": text[:80]}
            )
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True)
class FeedPage:
    """Some changes in order, and where to go on."""

    changes: list[Change]
    cursor: FeedCursor
    has_more: bool


@dataclass(frozen=True)
class _Snapshot:
    horizon: int
    next_transaction: int


def horizon_now() -> int:
    """Return the oldest transaction that still runs: everything below it is final."""
    return _snapshot().horizon


def feed_end() -> FeedCursor:
    """Return the cursor of someone who wants only what comes from now on."""
    return FeedCursor(horizon_now(), 0)


def _snapshot() -> _Snapshot:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        return _Snapshot(*cursor.fetchone())


def read_changes(
    *, changes: ChangeQuerySet, after: FeedCursor | None, limit: int, kinds: list[str] | None = None
) -> FeedPage:
    """Return up to `limit` final changes after the cursor; without one from the oldest kept.

    The horizon is taken first: the rows below it are all there when they are read afterwards. A
    page that is not full moves the cursor to the horizon, past changes that do not match.
    """
    snapshot = _snapshot()
    start = after or FeedCursor()
    if after is not None:
        _refuse_stale(after, snapshot)
    found = changes.of_kinds(kinds or []).filter(_after(start), position__lt=snapshot.horizon)
    rows = list(found.order_by("position", "pk")[: limit + 1])
    has_more = len(rows) > limit
    rows = rows[:limit]
    if has_more:
        end = FeedCursor(rows[-1].position, rows[-1].pk)
    else:
        end = max(start, FeedCursor(snapshot.horizon, 0))
    return FeedPage(rows, end, has_more)


def held_back_since(changes: ChangeQuerySet, *, at: datetime) -> datetime | None:
    """Return since when changes wait for an older transaction to end; None when none does."""
    oldest = changes.filter(position__gte=horizon_now()).aggregate(oldest=Min("at"))["oldest"]
    return oldest if oldest is not None and at - oldest > HELD_BACK_AFTER else None


def _after(cursor: FeedCursor) -> GreaterThan:
    """Compare both columns as one, as the index is ordered."""
    row = Func(F("position"), F("id"), function="ROW", output_field=BigIntegerField())
    place = Func(
        Value(cursor.position),
        Value(cursor.change_id),
        function="ROW",
        output_field=BigIntegerField(),
    )
    return GreaterThan(row, place)


def _refuse_stale(cursor: FeedCursor, snapshot: _Snapshot) -> None:
    if cursor.position > snapshot.next_transaction:
        raise CursorTooOld(
            _(
                "This cursor comes from another database; it was restored from a copy since. Read"
                " everything once, then go on without a cursor."
            )
        )
    state = ChangeFeedState.objects.filter(pk=1).first()
    if state is None:
        return
    if cursor < FeedCursor(state.cleared_position, state.cleared_id):
        raise CursorTooOld(
            _(
                "Changes after this cursor are no longer kept, so some would be missing. Read"
                " everything once, then go on without a cursor."
            )
        )
