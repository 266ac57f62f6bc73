"""How people are told; the one place where adherence hands words to the notices."""

from collections.abc import Sequence
from datetime import datetime

from wfm.integration.services import notify

KINDS = {"busy_case": "adherence.busy_case", "message": "message.lead", "alert": "intraday.alert"}


def tell(
    *, user_ids: Sequence[int], kind: str, subject: str, body: str, at: datetime, url: str = ""
) -> None:
    """Tell these people, in the caller's transaction; delivered after its commit."""
    notify(user_ids=user_ids, kind=KINDS[kind], subject=subject, body=body, url=url, at=at)
