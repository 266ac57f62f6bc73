"""How people are told; the one place where adherence hands words to the notices."""

from collections.abc import Sequence
from datetime import datetime


def tell(
    *, user_ids: Sequence[int], kind: str, subject: str, body: str, at: datetime, url: str = ""
) -> None:
    """Tell these people, in the caller's transaction; delivered after its commit."""
