"""Addresses of reporting under /api/v1/."""

from django.urls import path

from reporting.api import views

urlpatterns = [
    path(
        "sla/results/", views.SlaResultViewSet.as_view({"get": "list"}), name="api-sla-result-list"
    ),
    path(
        "sla/results/<int:pk>/",
        views.SlaResultViewSet.as_view({"get": "retrieve"}),
        name="api-sla-result",
    ),
    path(
        "sla/intervals/",
        views.SlaIntervalViewSet.as_view({"get": "list"}),
        name="api-sla-interval-list",
    ),
    path("sla/report/", views.SlaReportView.as_view(), name="api-sla-report"),
    path("sla/runs/", views.SlaRunView.as_view(), name="api-sla-run"),
    path("metrics/", views.MetricListView.as_view(), name="api-metric-list"),
    path("metrics/<str:key>/", views.MetricView.as_view(), name="api-metric"),
]
