"""Addresses of jobs under /api/v1/."""

from django.urls import path

from wfm.jobs.api.views import JobViewSet

urlpatterns = [
    path("jobs/", JobViewSet.as_view({"get": "list"}), name="api-job-list"),
    path("jobs/<int:pk>/", JobViewSet.as_view({"get": "retrieve"}), name="api-job"),
    path("jobs/<int:pk>/cancel/", JobViewSet.as_view({"post": "cancel"}), name="api-job-cancel"),
]
