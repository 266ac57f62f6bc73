"""Addresses of API keys, webhooks, notices, news and of the API's documentation."""

from django.urls import path

from wfm.integration.views import keys, news, notices, webhooks

urlpatterns = [
    path("settings/api-keys/", keys.api_keys, name="api-keys"),
    path("settings/api-keys/new/", keys.new_api_key, name="api-key-new"),
    path("settings/api-keys/<int:pk>/revoke/", keys.revoke, name="api-key-revoke"),
    path("settings/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("settings/webhooks/new/", webhooks.new_webhook, name="webhook-new"),
    path("settings/webhooks/<int:pk>/", webhooks.webhook_page, name="webhook"),
    path("settings/webhooks/<int:pk>/edit/", webhooks.edit_webhook, name="webhook-edit"),
    path("settings/webhooks/<int:pk>/act/", webhooks.act_on_webhook, name="webhook-act"),
    path(
        "settings/webhooks/deliveries/<int:pk>/replay/",
        webhooks.replay,
        name="webhook-delivery-replay",
    ),
    path("settings/news/", news.entries, name="news-entries"),
    path("settings/news/new/", news.new_entry, name="news-entry-new"),
    path("settings/news/<int:pk>/", news.entry_page, name="news-entry"),
    path("settings/news/<int:pk>/edit/", news.edit_entry, name="news-entry-edit"),
    path("settings/news/<int:pk>/act/", news.act_on_entry, name="news-entry-act"),
    path("settings/knowledge/", news.links, name="knowledge-links"),
    path("settings/knowledge/<int:pk>/", news.edit_link, name="knowledge-link-edit"),
    path("settings/knowledge/<int:pk>/delete/", news.remove_link, name="knowledge-link-delete"),
    path("news/", news.my_news, name="news"),
    path("news/<int:pk>/acknowledge/", news.acknowledge, name="news-acknowledge"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/bell/", notices.bell, name="notices-bell"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("notices/choices/", notices.choices, name="notice-choices"),
    path("api/docs/", keys.api_docs, name="api-docs"),
    path("api/schema/", keys.SchemaView.as_view(), name="api-schema"),
]
