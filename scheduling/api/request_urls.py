"""Addresses of requests, swaps, offers, balances and limits."""

from typing import Any

from django.urls import path

from scheduling.api import open_shifts, personal, swaps, time_off

LIST: dict[str, Any] = {"get": "list", "post": "create"}
READ: dict[str, Any] = {"get": "list"}
ONE: dict[str, Any] = {"get": "retrieve"}
ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
KEPT: dict[str, Any] = {
    "time-off-kinds": time_off.KindViewSet,
    "time-off-entitlements": time_off.EntitlementViewSet,
    "time-off-limits": time_off.LimitViewSet,
    "request-policies": time_off.PolicyViewSet,
}
ASKED: dict[str, tuple[Any, dict[str, Any]]] = {
    "my-time-off": (time_off.OwnTimeOffViewSet, LIST),
    "my-swaps": (swaps.OwnSwapViewSet, LIST),
    "my-requests": (personal.OwnPersonalRequestViewSet, READ),
    "my-shifts": (swaps.OwnShiftViewSet, READ),
    "my-offers": (open_shifts.OwnOpenShiftViewSet, READ),
    "my-bids": (open_shifts.OwnBidViewSet, READ),
    "swaps": (swaps.SwapViewSet, READ),
    "open-shifts": (open_shifts.OpenShiftViewSet, LIST),
    "bids": (open_shifts.BidViewSet, READ),
    "personal-requests": (personal.PersonalRequestViewSet, READ),
    "shift-changes": (swaps.ShiftChangeViewSet, READ),
}
ACTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "my-time-off-kinds": (time_off.OwnKindViewSet, READ),
    "my-time-off/check": (time_off.OwnTimeOffViewSet, {"post": "check"}),
    "my-time-off/<int:pk>/withdraw": (time_off.OwnTimeOffViewSet, {"post": "withdraw"}),
    "my-balances": (time_off.OwnTimeOffViewSet, {"get": "balances"}),
    "balances": (time_off.BalanceViewSet, {"get": "balances"}),
    "my-swaps/<int:pk>/accept": (swaps.OwnSwapViewSet, {"post": "accept"}),
    "my-swaps/<int:pk>/refuse": (swaps.OwnSwapViewSet, {"post": "refuse"}),
    "my-swaps/<int:pk>/withdraw": (swaps.OwnSwapViewSet, {"post": "withdraw"}),
    "swaps/<int:pk>/decide": (swaps.SwapViewSet, {"post": "decide"}),
    "my-shifts/<int:pk>/takers": (swaps.OwnShiftViewSet, {"get": "takers"}),
    "my-shifts/<int:pk>/exchanges": (swaps.OwnShiftViewSet, {"get": "exchanges"}),
    "colleague-shifts": (swaps.ColleagueShiftViewSet, {"get": "shifts"}),
    "my-requests/availability": (
        personal.OwnPersonalRequestViewSet,
        {"post": "availability"},
    ),
    "my-requests/wish": (personal.OwnPersonalRequestViewSet, {"post": "wish"}),
    "my-requests/<int:pk>/withdraw": (
        personal.OwnPersonalRequestViewSet,
        {"post": "withdraw"},
    ),
    "personal-requests/<int:pk>/decide": (personal.PersonalRequestViewSet, {"post": "decide"}),
    "my-calendar": (
        personal.OwnCalendarViewSet,
        {"get": "feed", "post": "rotate", "delete": "revoke"},
    ),
    "open-shifts/candidates": (open_shifts.OpenShiftViewSet, {"post": "candidates"}),
    "open-shifts/<int:pk>/cancel": (open_shifts.OpenShiftViewSet, {"post": "cancel"}),
    "open-shifts/<int:pk>/award": (open_shifts.OpenShiftViewSet, {"post": "award"}),
    "my-offers/<int:pk>/claim": (open_shifts.OwnOpenShiftViewSet, {"post": "claim"}),
    "my-offers/<int:pk>/bid": (open_shifts.OwnOpenShiftViewSet, {"post": "bid"}),
    "my-bids/<int:pk>/withdraw": (open_shifts.OwnBidViewSet, {"post": "withdraw"}),
}


def _name(address: str) -> str:
    return "api-schedule-" + address.replace("/<int:pk>/", "-").replace("/", "-")


urlpatterns = [
    *(path(f"{name}/", view.as_view(LIST), name=_name(name)) for name, view in KEPT.items()),
    *(
        path(f"{name}/<int:pk>/", view.as_view(ROW), name=f"{_name(name)}-row")
        for name, view in KEPT.items()
    ),
    *(
        path(f"{address}/", view.as_view(methods), name=_name(address))
        for address, (view, methods) in ACTS.items()
    ),
    *(
        path(f"{name}/", view.as_view(methods), name=_name(name))
        for name, (view, methods) in ASKED.items()
    ),
    *(
        path(f"{name}/<int:pk>/", view.as_view(ONE), name=f"{_name(name)}-row")
        for name, (view, _methods) in ASKED.items()
    ),
]
