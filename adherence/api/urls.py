"""Addresses of adherence under /api/v1/adherence/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from adherence.api import live_views, views

router = SimpleRouter()
router.register("days", views.AdherenceDayViewSet, basename="api-adherence-day")
router.register("exceptions", views.ExceptionViewSet, basename="api-adherence-exception")
router.register("late-taps", live_views.LateTapViewSet, basename="api-adherence-late-tap")
router.register("quarantine", views.QuarantineViewSet, basename="api-adherence-quarantine")

urlpatterns = [
    path("events/", views.EventIntakeView.as_view(), name="api-adherence-events"),
    path("live/", views.LiveView.as_view(), name="api-adherence-live"),
    path("status/", live_views.StatusView.as_view(), name="api-adherence-status"),
    path(
        "quarantine/<int:id>/take/",
        live_views.TakeOldView.as_view(),
        name="api-adherence-quarantine-take",
    ),
    *router.urls,
]
