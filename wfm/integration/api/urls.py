"""Addresses of changes, webhooks, notices and news under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from wfm.integration.api import changes, news, notices, webhooks

router = SimpleRouter()
router.register("webhooks", webhooks.WebhookViewSet, basename="api-webhook")
router.register("webhook-deliveries", webhooks.DeliveryViewSet, basename="api-webhook-delivery")
router.register("news-entries", news.NewsEntryViewSet, basename="api-news-entry")
router.register("knowledge-links", news.KnowledgeLinkViewSet, basename="api-knowledge-link")

urlpatterns = [
    path("changes/", changes.ChangesView.as_view(), name="api-changes"),
    path("notices/", notices.NoticeViewSet.as_view({"get": "list"}), name="api-notices"),
    path("notices/read/", notices.NoticeViewSet.as_view({"post": "read"}), name="api-notices-read"),
    path("notices/choices/", notices.ChoicesView.as_view(), name="api-notice-choices"),
    path("notices/messages/", notices.MessageView.as_view(), name="api-notice-message"),
    path(
        "notices/<int:pk>/", notices.NoticeViewSet.as_view({"get": "retrieve"}), name="api-notice"
    ),
    path("news/", news.MyNewsView.as_view(), name="api-news"),
    path("news/<int:pk>/acknowledge/", news.AcknowledgeView.as_view(), name="api-news-acknowledge"),
    path("knowledge/", news.KnowledgeView.as_view(), name="api-knowledge"),
    *router.urls,
]
