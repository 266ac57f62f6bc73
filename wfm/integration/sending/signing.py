"""Secrets of endpoints, and signatures by the Standard Webhooks specification.

A secret is derived from a random seed with the server's own key and is not stored: a copy of the
database does not hold it. Its hash tells when the server's key has changed since.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook

SEED_BYTES = 24
_SALT = "wfm.integration.webhook-secret"


def new_seed() -> str:
    """Return the random part of a secret."""
    return secrets.token_hex(SEED_BYTES)


def secret_of(seed: str) -> str:
    """Return the secret as the receiver gets it: `whsec_` and 32 bytes in base64."""
    key = salted_hmac(_SALT, seed, algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(key).decode()}"


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret, to know it again."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signed_headers(
    *, message_id: str, at: datetime, body: str, secrets_in_use: Iterable[str]
) -> dict[str, str]:
    """Return the headers of a message, signed with each secret that is valid now."""
    signatures = [
        Webhook(secret).sign(msg_id=message_id, timestamp=at, data=body)
        for secret in secrets_in_use
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
