"""Addresses of adherence under /api/v1/adherence/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from adherence.api import (
    connector_events,
    connectors,
    day_views,
    exceptions,
    group_exceptions,
    lead,
    live_views,
    quarantine,
    trend_views,
    views,
)

router = SimpleRouter()
router.register("days", day_views.AdherenceDayViewSet, basename="api-adherence-day")
router.register("corrections", day_views.CorrectionViewSet, basename="api-adherence-correction")
router.register("exceptions", views.ExceptionViewSet, basename="api-adherence-exception")
router.register("late-taps", live_views.LateTapViewSet, basename="api-adherence-late-tap")
router.register("closings", live_views.ClosingViewSet, basename="api-adherence-closing")
router.register("quarantine", views.QuarantineViewSet, basename="api-adherence-quarantine")
router.register("notes", lead.NoteViewSet, basename="api-adherence-note")
router.register("busy-routes", lead.BusyRouteViewSet, basename="api-adherence-busy-route")
router.register("busy-cases", lead.BusyCaseViewSet, basename="api-adherence-busy-case")
router.register("connectors", connectors.ConnectorViewSet, basename="api-adherence-connector")
router.register(
    "state-mappings", connectors.StateMappingViewSet, basename="api-adherence-state-mapping"
)
connector_patterns = [
    path(
        "events/",
        connector_events.ConnectorEventsView.as_view(),
        name="api-adherence-connector-events",
    ),
    path(
        "health/", connectors.ConnectorHealthView.as_view(), name="api-adherence-connector-health"
    ),
    path(
        "preview/",
        connectors.ConnectorPreviewView.as_view(),
        name="api-adherence-connector-preview",
    ),
    path(
        "secret/", connectors.ConnectorSecretView.as_view(), name="api-adherence-connector-secret"
    ),
    path(
        "signing-token/",
        connectors.ConnectorSigningTokenView.as_view(),
        name="api-adherence-connector-signing-token",
    ),
]
quarantine_patterns = [
    path("counts/", quarantine.QuarantineCountsView.as_view(), name="api-quarantine-counts"),
    path("retry/", quarantine.QuarantineRetryView.as_view(), name="api-quarantine-retry"),
    path("dismiss/", quarantine.QuarantineDismissView.as_view(), name="api-quarantine-dismiss"),
    path("reopen/", quarantine.QuarantineReopenView.as_view(), name="api-quarantine-reopen"),
    path("hour/", quarantine.QuarantineHourView.as_view(), name="api-quarantine-hour"),
]
router.register("trends", trend_views.TrendViewSet, basename="api-adherence-trend")

urlpatterns = [
    path("connectors/<slug:source>/", include(connector_patterns)),
    path("connector-preview/", connectors.PreviewView.as_view(), name="api-adherence-preview"),
    path("agent-keys/", quarantine.AgentKeyView.as_view(), name="api-adherence-agent-key"),
    path("quarantine/", include(quarantine_patterns)),
    path("events/", views.EventIntakeView.as_view(), name="api-adherence-events"),
    path("live/", views.LiveView.as_view(), name="api-adherence-live"),
    path("status/", live_views.StatusView.as_view(), name="api-adherence-status"),
    path(
        "quarantine/<int:id>/take/",
        live_views.TakeOldView.as_view(),
        name="api-adherence-quarantine-take",
    ),
    path("live/marks/", lead.MarksView.as_view(), name="api-adherence-marks"),
    path("messages/", lead.MessageView.as_view(), name="api-adherence-messages"),
    path("agents/<int:pk>/card/", lead.CardView.as_view(), name="api-adherence-card"),
    path("agents/<int:pk>/contact/", lead.ContactView.as_view(), name="api-adherence-contact"),
    path(
        "my-exceptions/",
        exceptions.OwnExceptionViewSet.as_view({"get": "list", "post": "create"}),
        name="api-adherence-my-exceptions",
    ),
    path(
        "my-exceptions/<int:pk>/",
        exceptions.OwnExceptionViewSet.as_view({"get": "retrieve"}),
        name="api-adherence-my-exception",
    ),
    path(
        "my-exceptions/<int:pk>/withdraw/",
        exceptions.OwnExceptionViewSet.as_view({"post": "withdraw"}),
        name="api-adherence-my-exception-withdraw",
    ),
    path(
        "exceptions/<int:pk>/decide/",
        exceptions.ExceptionDecisionViewSet.as_view({"post": "decide"}),
        name="api-adherence-exception-decide",
    ),
    path(
        "group-exceptions/",
        group_exceptions.GroupExceptionViewSet.as_view({"get": "list", "post": "create"}),
        name="api-adherence-group-exceptions",
    ),
    path(
        "group-exceptions/preview/",
        group_exceptions.GroupExceptionViewSet.as_view({"post": "preview"}),
        name="api-adherence-group-exception-preview",
    ),
    path(
        "group-exceptions/<int:pk>/",
        group_exceptions.GroupExceptionViewSet.as_view({"get": "retrieve"}),
        name="api-adherence-group-exception",
    ),
    path(
        "group-exceptions/<int:pk>/withdraw/",
        group_exceptions.GroupExceptionViewSet.as_view({"post": "withdraw"}),
        name="api-adherence-group-exception-withdraw",
    ),
    path("shrinkage/", trend_views.ShrinkageView.as_view(), name="api-adherence-shrinkage"),
    *router.urls,
]
