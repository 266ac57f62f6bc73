"""Addresses of the schedule room."""

from django.urls import path

from scheduling import views
from scheduling.views import after, requests

urlpatterns = [
    path("", views.schedule, name="schedule"),
    path("solve/", views.solve, name="schedule-solve"),
    path("<int:pk>/", views.version, name="schedule-version"),
    path("<int:pk>/grid.json", views.grid, name="schedule-grid"),
    path("<int:pk>/live.json", views.live, name="schedule-live"),
    path("<int:pk>/money/", views.money, name="schedule-money"),
    path("<int:pk>/publish/", views.publish, name="schedule-publish"),
    path("<int:pk>/copy/", views.copy, name="schedule-copy"),
    path("<int:pk>/delete/", views.delete, name="schedule-delete"),
    path("<int:pk>/why/", after.why_shortest, name="schedule-why-shortest"),
    path("<int:pk>/why/interval/", after.why_interval, name="schedule-why-interval"),
    path("<int:pk>/why/day/", after.why_day, name="schedule-why-day"),
    path("<int:pk>/rule-prices/", after.rule_prices, name="schedule-rule-prices"),
    path("<int:pk>/reoptimise/", after.reoptimise, name="schedule-reoptimise"),
    path("<int:pk>/reoptimise/<int:job>/pick/", after.pick, name="schedule-pick"),
    path("<int:pk>/service/", after.service, name="schedule-service"),
    path("check/", views.check, name="schedule-check"),
    path("rules/", views.rules, name="schedule-rules"),
    path("rules/<slug:kind>/", views.rules, name="schedule-rules-of"),
    path("rules/<slug:kind>/<int:pk>/", views.rules, name="schedule-rule"),
    path("rules/<slug:kind>/<int:pk>/delete/", views.delete_rule, name="schedule-rule-delete"),
    path("time-off/", views.time_off, name="schedule-time-off"),
    path("time-off/<int:pk>/decide/", views.decide_time_off, name="schedule-time-off-decide"),
    path("requests/", requests.requests, name="schedule-requests"),
    path(
        "requests/<slug:kind>/<int:pk>/decide/",
        requests.decide_request,
        name="schedule-request-decide",
    ),
    path("open-shifts/", requests.open_shifts, name="schedule-open-shifts"),
    path(
        "open-shifts/from/<int:job>/<slug:kind>/<int:number>/",
        requests.offer_candidate,
        name="schedule-offer-candidate",
    ),
    path("open-shifts/<int:pk>/", requests.open_shift, name="schedule-open-shift"),
    path("open-shifts/<int:pk>/<slug:act>/", requests.act_on_offer, name="schedule-open-shift-act"),
    path("availability/", views.availability, name="schedule-availability"),
    path(
        "availability/<int:pk>/delete/",
        views.delete_availability,
        name="schedule-availability-delete",
    ),
]
