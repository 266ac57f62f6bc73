"""Forms of API keys, webhooks, notices and news."""

from wfm.integration.forms.keys import ApiKeyForm, scope_label
from wfm.integration.forms.news import KnowledgeLinkForm, NewsForm
from wfm.integration.forms.notices import ChoicesForm
from wfm.integration.forms.webhooks import WebhookForm

__all__ = [
    "ApiKeyForm",
    "ChoicesForm",
    "KnowledgeLinkForm",
    "NewsForm",
    "WebhookForm",
    "scope_label",
]
