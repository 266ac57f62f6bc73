"""Addresses of reporting's pages."""

from django.urls import path

from reporting.views import metrics, sla

urlpatterns = [
    path("reports/", sla.sla_report, name="sla-report"),
    path("reports/compute/", sla.compute_again, name="sla-compute"),
    path("metrics/", metrics.metric_list, name="metric-list"),
]
