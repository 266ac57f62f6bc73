"""API keys, import mappings, the feed of changes, webhooks, notices and news."""

from wfm.integration.models.change import Change, ChangeFeedState
from wfm.integration.models.idempotency import IdempotencyRecord, principal_name
from wfm.integration.models.keys import ApiKey, SavedImportMapping
from wfm.integration.models.news import (
    Audience,
    KnowledgeLink,
    NewsAcknowledgement,
    NewsEntry,
    NewsKind,
    NewsVersion,
)
from wfm.integration.models.notice import MailState, Notice, NoticeChoice, QuietHours
from wfm.integration.models.webhook import DeliveryStatus, WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "Audience",
    "Change",
    "ChangeFeedState",
    "DeliveryStatus",
    "IdempotencyRecord",
    "KnowledgeLink",
    "MailState",
    "NewsAcknowledgement",
    "NewsEntry",
    "NewsKind",
    "NewsVersion",
    "Notice",
    "NoticeChoice",
    "QuietHours",
    "SavedImportMapping",
    "WebhookDelivery",
    "WebhookEndpoint",
    "principal_name",
]
