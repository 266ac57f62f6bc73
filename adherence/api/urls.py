"""Addresses of adherence under /api/v1/adherence/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from adherence.api import day_views, views

router = SimpleRouter()
router.register("days", day_views.AdherenceDayViewSet, basename="api-adherence-day")
router.register("corrections", day_views.CorrectionViewSet, basename="api-adherence-correction")
router.register("exceptions", views.ExceptionViewSet, basename="api-adherence-exception")
router.register("quarantine", views.QuarantineViewSet, basename="api-adherence-quarantine")

urlpatterns = [
    path("events/", views.EventIntakeView.as_view(), name="api-adherence-events"),
    path("live/", views.LiveView.as_view(), name="api-adherence-live"),
    *router.urls,
]
