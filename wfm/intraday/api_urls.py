"""Addresses of the day in hand under /api/v1/intraday/."""

from typing import Any

from django.urls import path

from wfm.intraday import alert_api, api

LIST: dict[str, Any] = {"get": "list"}
KEPT: dict[str, Any] = {"get": "list", "post": "create"}
READ: dict[str, Any] = {"get": "retrieve"}
ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
ALERT_ACTS = {
    "acknowledge": "acknowledge",
    "take-over": "take_over",
    "actions": "actions",
    "outcome": "outcome",
}
KEPT_ROWS: dict[str, type[alert_api.KeptViewSet]] = {
    "alert-rules": alert_api.AlertRuleViewSet,
    "responsibilities": alert_api.ResponsibilityViewSet,
    "playbooks": alert_api.PlaybookViewSet,
}

urlpatterns = [
    path("", api.IntradayView.as_view(), name="api-intraday"),
    path("suggestions/", api.SuggestionsView.as_view(), name="api-intraday-suggestions"),
    path("measures/", api.MeasureViewSet.as_view(KEPT), name="api-intraday-measures"),
    path("measures/<int:pk>/", api.MeasureViewSet.as_view(READ), name="api-intraday-measure"),
    *(
        path(
            f"measures/<int:pk>/{act}/",
            api.MeasureViewSet.as_view({"post": act}),
            name=f"api-intraday-measure-{act}",
        )
        for act in ("done", "withdraw")
    ),
    path("alerts/", alert_api.AlertViewSet.as_view(LIST), name="api-intraday-alerts"),
    path("alerts/<int:pk>/", alert_api.AlertViewSet.as_view(READ), name="api-intraday-alert"),
    *(
        path(
            f"alerts/<int:pk>/{name}/",
            alert_api.AlertViewSet.as_view({"post": act}),
            name=f"api-intraday-alert-{name}",
        )
        for name, act in ALERT_ACTS.items()
    ),
    *(
        path(f"{name}/", view.as_view(KEPT), name=f"api-intraday-{name}")
        for name, view in KEPT_ROWS.items()
    ),
    *(
        path(f"{name}/<int:pk>/", view.as_view(ROW), name=f"api-intraday-{name}-row")
        for name, view in KEPT_ROWS.items()
    ),
    path(
        "playbooks/<int:pk>/start/",
        alert_api.PlaybookStartViewSet.as_view({"post": "start"}),
        name="api-intraday-playbook-start",
    ),
    path("runs/", alert_api.PlaybookRunViewSet.as_view(LIST), name="api-intraday-runs"),
    path("runs/<int:pk>/", alert_api.PlaybookRunViewSet.as_view(READ), name="api-intraday-run"),
    *(
        path(
            f"runs/<int:pk>/{act}/",
            alert_api.PlaybookRunViewSet.as_view({"post": act}),
            name=f"api-intraday-run-{act}",
        )
        for act in ("tick", "end")
    ),
    path("contingency/", alert_api.ContingencyView.as_view(), name="api-intraday-contingency"),
]
