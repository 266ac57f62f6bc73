"""Addresses of the requirement under /api/v1/staffing/."""

from django.urls import path

from staffing.api import callbacks, goals, links, views

urlpatterns = [
    path(
        "requirements/",
        views.RequirementViewSet.as_view({"get": "list"}),
        name="api-requirement-list",
    ),
    path(
        "today/",
        views.IntradayRequirementViewSet.as_view({"get": "list"}),
        name="api-requirement-today",
    ),
    path(
        "runs/",
        views.RequirementRunViewSet.as_view({"get": "list", "post": "create"}),
        name="api-requirement-runs",
    ),
    path(
        "runs/<int:pk>/",
        views.RequirementRunViewSet.as_view({"get": "retrieve"}),
        name="api-requirement-run",
    ),
    path(
        "runs/<int:pk>/queues/",
        views.RequirementRunViewSet.as_view({"get": "queues"}),
        name="api-requirement-run-queues",
    ),
    path(
        "runs/<int:pk>/publish/",
        views.RequirementRunViewSet.as_view(
            {"post": "publish"}, required_permission={"POST": "staffing.publish"}
        ),
        name="api-requirement-run-publish",
    ),
    path(
        "runs/<int:pk>/simulate/",
        views.RequirementRunViewSet.as_view({"post": "simulate"}),
        name="api-requirement-run-simulate",
    ),
    path(
        "simulations/",
        views.RequirementSimulationViewSet.as_view({"get": "list"}),
        name="api-requirement-simulations",
    ),
    path(
        "simulations/<int:pk>/",
        views.RequirementSimulationViewSet.as_view({"get": "retrieve"}),
        name="api-requirement-simulation",
    ),
    path("goals/", goals.GoalsView.as_view(), name="api-staffing-goals"),
    path("goals/due-times/", goals.DueTimesView.as_view(), name="api-staffing-due-times"),
    path(
        "callback-offers/",
        callbacks.CallbackOfferViewSet.as_view({"get": "list", "post": "create"}),
        name="api-callback-offers",
    ),
    path(
        "callback-offers/<int:pk>/",
        callbacks.CallbackOfferViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-callback-offer",
    ),
    path(
        "queue-links/",
        links.QueueLinkViewSet.as_view({"get": "list", "post": "create"}),
        name="api-queue-links",
    ),
    path(
        "queue-links/<int:pk>/",
        links.QueueLinkViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api-queue-link",
    ),
    path("calculator/", views.CalculatorView.as_view(), name="api-staffing-calculator"),
]
