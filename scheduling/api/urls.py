"""Addresses of the schedule under /api/v1/scheduling/."""

from typing import Any

from django.urls import path

from scheduling.api import office, people, rules
from scheduling.api.after_urls import urlpatterns as after_urlpatterns
from scheduling.api.request_urls import urlpatterns as request_urlpatterns
from scheduling.api.views import CopyViewSet, PublishViewSet, ShiftViewSet, VersionViewSet

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
RULES = {
    "templates": rules.TemplateViewSet,
    "rotations": rules.RotationViewSet,
    "rotation-assignments": rules.RotationAssignmentViewSet,
    "wishes": rules.PreferenceViewSet,
    "split-consents": rules.ConsentViewSet,
    "queue-values": rules.QueueValueViewSet,
    "availability": people.AvailabilityViewSet,
    "my-wishes": people.OwnWishViewSet,
    "offices": office.SiteOfficeViewSet,
    "office-hours": office.OfficeHoursViewSet,
    "meeting-rooms": office.MeetingRoomViewSet,
    "hybrid-ratios": office.HybridRatioViewSet,
    "team-days": office.TeamOfficeRuleViewSet,
    "activities": office.ActivityRequestViewSet,
}

urlpatterns = [
    *after_urlpatterns,
    *request_urlpatterns,
    *(
        path(f"{name}/", view.as_view(LIST), name=f"api-schedule-{name}")
        for name, view in RULES.items()
    ),
    *(
        path(f"{name}/<int:pk>/", view.as_view(ROW), name=f"api-schedule-{name}-row")
        for name, view in RULES.items()
    ),
    path(
        "contracts/",
        rules.ContractRulesViewSet.as_view({"get": "list"}),
        name="api-schedule-contracts",
    ),
    path(
        "contracts/<int:pk>/",
        rules.ContractRulesViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-schedule-contract",
    ),
    path(
        "versions/<int:pk>/placements/",
        office.PlacementViewSet.as_view({"get": "placements"}),
        name="api-schedule-placements",
    ),
    path(
        "time-off/",
        people.TimeOffViewSet.as_view({"get": "list", "post": "create"}),
        name="api-schedule-time-off",
    ),
    path(
        "time-off/<int:pk>/",
        people.TimeOffViewSet.as_view({"get": "retrieve"}),
        name="api-schedule-time-off-row",
    ),
    path(
        "time-off/<int:pk>/decide/",
        people.TimeOffViewSet.as_view({"post": "decide"}),
        name="api-schedule-time-off-decide",
    ),
    path("check/", rules.CheckView.as_view(), name="api-schedule-check"),
    path(
        "versions/<int:pk>/money/",
        rules.MoneyViewSet.as_view({"get": "money"}),
        name="api-schedule-money",
    ),
    path(
        "versions/<int:pk>/wishes/",
        rules.WishOutcomeViewSet.as_view({"get": "wishes"}),
        name="api-schedule-wish-outcomes",
    ),
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
