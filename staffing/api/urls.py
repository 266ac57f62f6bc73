"""Addresses of the requirement under /api/v1/staffing/."""

from django.urls import path

from staffing.api import callbacks, goals, links, pools, shrinkage, skill_groups, views

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
        "shrinkage-profiles/",
        shrinkage.ShrinkageProfileViewSet.as_view({"get": "list", "post": "create"}),
        name="api-shrinkage-profiles",
    ),
    path(
        "shrinkage-profiles/<int:pk>/",
        shrinkage.ShrinkageProfileViewSet.as_view({"get": "retrieve"}),
        name="api-shrinkage-profile",
    ),
    path(
        "runs/<int:pk>/queues/<int:queue_pk>/paid/",
        shrinkage.PaidPeopleView.as_view(),
        name="api-requirement-paid",
    ),
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
    path(
        "pools/<int:pk>/skill-groups/",
        skill_groups.SkillGroupsView.as_view(),
        name="api-skill-groups",
    ),
    path(
        "runs/<int:pk>/skill-groups/",
        skill_groups.SkillSplitsView.as_view(),
        name="api-requirement-run-skill-groups",
    ),
    path(
        "pools/",
        pools.PoolViewSet.as_view({"get": "list", "post": "create"}),
        name="api-pools",
    ),
    path(
        "pools/<int:pk>/",
        pools.PoolViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="api-pool",
    ),
    path(
        "pool-results/",
        pools.RequirementPoolResultViewSet.as_view({"get": "list"}),
        name="api-pool-results",
    ),
    path(
        "pool-results/<int:pk>/",
        pools.RequirementPoolResultViewSet.as_view({"get": "retrieve"}),
        name="api-pool-result",
    ),
    path("calculator/", views.CalculatorView.as_view(), name="api-staffing-calculator"),
]
