"""Addresses of adherence under /api/v1/adherence/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from adherence.api import day_views, trend_views, views

router = SimpleRouter()
router.register("days", day_views.AdherenceDayViewSet, basename="api-adherence-day")
router.register("corrections", day_views.CorrectionViewSet, basename="api-adherence-correction")
router.register("exceptions", views.ExceptionViewSet, basename="api-adherence-exception")
router.register("quarantine", views.QuarantineViewSet, basename="api-adherence-quarantine")
router.register("trends", trend_views.TrendViewSet, basename="api-adherence-trend")

urlpatterns = [
    path("events/", views.EventIntakeView.as_view(), name="api-adherence-events"),
    path("live/", views.LiveView.as_view(), name="api-adherence-live"),
    path("shrinkage/", trend_views.ShrinkageView.as_view(), name="api-adherence-shrinkage"),
    *router.urls,
]
