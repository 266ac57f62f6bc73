"""Writes: API keys, the feed of changes, webhooks, notices, news and links to knowledge."""

from wfm.integration.services.changes import record_change
from wfm.integration.services.keys import (
    CLIENT_SCOPES,
    ApiKeyRefused,
    NewApiKey,
    UnableToCreateApiKey,
    authenticate_key,
    create_api_key,
    revoke_api_key,
)
from wfm.integration.services.notify import Words, lazy_words, notify, notify_each

__all__ = [
    "CLIENT_SCOPES",
    "ApiKeyRefused",
    "NewApiKey",
    "UnableToCreateApiKey",
    "Words",
    "authenticate_key",
    "create_api_key",
    "lazy_words",
    "notify",
    "notify_each",
    "record_change",
    "revoke_api_key",
]
