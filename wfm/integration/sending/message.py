"""What is sent of a change: one JSON object, the same bytes at each try."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

MAX_BODY_BYTES = 64 * 1024


def delivery_body(
    *,
    kind: str,
    key: str,
    at: datetime,
    change_id: int | None,
    payload: Mapping[str, Any],
    client_id: int | None = None,
) -> str:
    """Return the body; of a content that is too large it says so, to be fetched from the feed."""
    body = {
        "type": kind,
        "timestamp": at.isoformat(),
        "id": change_id,
        "key": key,
        "client": client_id,
        "data": payload,
    }
    text = _as_json(body)
    if len(text.encode()) <= MAX_BODY_BYTES:
        return text
    return _as_json(body | {"data": None, "is_too_large": True})


def _as_json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
