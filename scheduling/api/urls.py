"""Addresses of the schedule under /api/v1/scheduling/."""

from django.urls import path

from scheduling.api.views import CopyViewSet, PublishViewSet, ShiftViewSet, VersionViewSet

urlpatterns = [
    path("versions/", VersionViewSet.as_view({"get": "list"}), name="api-schedule-version-list"),
    path(
        "versions/<int:pk>/",
        VersionViewSet.as_view({"get": "retrieve"}),
        name="api-schedule-version",
    ),
    path(
        "versions/<int:pk>/publish/",
        PublishViewSet.as_view({"post": "publish"}),
        name="api-schedule-publish",
    ),
    path(
        "versions/<int:pk>/copy/", CopyViewSet.as_view({"post": "copy"}), name="api-schedule-copy"
    ),
    path("solve/", VersionViewSet.as_view({"post": "solve"}), name="api-schedule-solve"),
    path(
        "shifts/",
        ShiftViewSet.as_view({"get": "list", "post": "create"}),
        name="api-shift-list",
    ),
    path(
        "shifts/<int:pk>/",
        ShiftViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-shift",
    ),
]
