"""Addresses of the adherence room and the agent portal."""

from django.urls import path

from adherence.views import (
    connectors,
    dashboard,
    days,
    exceptions,
    group_exceptions,
    lead,
    portal,
    portal_days,
    portal_requests,
    portal_shifts,
    quarantine,
    shrinkage,
    status,
    trends,
)

urlpatterns = [
    path("adherence/", dashboard.dashboard, name="adherence"),
    path("adherence/wall/", dashboard.wall, name="adherence-wall"),
    path("adherence/status/", status.status, name="adherence-status"),
    path("adherence/panels/", lead.panels, name="adherence-panels"),
    path("adherence/days/", days.days, name="adherence-days"),
    path("adherence/trends/", trends.trends_page, name="adherence-trends"),
    path("adherence/trends/shrinkage/", shrinkage.shrinkage_page, name="adherence-shrinkage"),
    path("adherence/agents/<int:pk>/", days.agent_page, name="adherence-agent"),
    path("adherence/agents/<int:pk>/card/", lead.card, name="adherence-card"),
    path("adherence/agents/<int:pk>/notes/", lead.day_notes, name="adherence-agent-notes"),
    path("adherence/exceptions/", exceptions.create_exception, name="adherence-exception-create"),
    path("adherence/explained/", exceptions.exceptions, name="adherence-exceptions"),
    path(
        "adherence/exceptions/group/",
        group_exceptions.excuse_group,
        name="adherence-excuse-group",
    ),
    path(
        "adherence/exceptions/group/<int:pk>/",
        group_exceptions.group_page,
        name="adherence-group-exception",
    ),
    path(
        "adherence/exceptions/group/<int:pk>/withdraw/",
        group_exceptions.withdraw_all,
        name="adherence-group-exception-withdraw",
    ),
    path(
        "adherence/explained/<int:pk>/decide/",
        exceptions.decide,
        name="adherence-exception-decide",
    ),
    path(
        "adherence/exceptions/<int:pk>/withdraw/",
        exceptions.withdraw,
        name="adherence-exception-withdraw",
    ),
    path("adherence/connectors/", connectors.connector_list, name="adherence-connectors"),
    path("adherence/connectors/new/", connectors.connector_new, name="adherence-connector-new"),
    path(
        "adherence/connectors/<slug:source>/",
        connectors.connector_page,
        name="adherence-connector",
    ),
    path(
        "adherence/connectors/<slug:source>/edit/",
        connectors.connector_edit,
        name="adherence-connector-edit",
    ),
    path(
        "adherence/connectors/<slug:source>/map/",
        connectors.connector_map,
        name="adherence-connector-map",
    ),
    path(
        "adherence/connectors/<slug:source>/secret/",
        connectors.connector_secret,
        name="adherence-connector-secret",
    ),
    path(
        "adherence/connectors/<slug:source>/token/",
        connectors.connector_token,
        name="adherence-connector-token",
    ),
    path("adherence/quarantine/", quarantine.quarantine_page, name="adherence-quarantine"),
    path(
        "adherence/quarantine/agents/",
        quarantine.agent_options,
        name="adherence-quarantine-agents",
    ),
    path("adherence/quarantine/map/", quarantine.map_state, name="adherence-quarantine-map"),
    path("adherence/quarantine/key/", quarantine.add_key, name="adherence-quarantine-key"),
    path("adherence/quarantine/retry/", quarantine.retry_events, name="adherence-quarantine-retry"),
    path(
        "adherence/quarantine/dismiss/",
        quarantine.dismiss_events,
        name="adherence-quarantine-dismiss",
    ),
    path(
        "adherence/quarantine/reopen/", quarantine.reopen_events, name="adherence-quarantine-reopen"
    ),
    path(
        "adherence/quarantine/hour/",
        quarantine.choose_events_hour,
        name="adherence-quarantine-hour",
    ),
    path("portal/", portal.portal, name="portal"),
    path("portal/day/", portal.portal_day, name="portal-day"),
    path("portal/days/", portal_days.days, name="portal-days"),
    path("portal/days/<str:written>/", portal_days.day, name="portal-own-day"),
    path("portal/taps/", portal.portal_taps, name="portal-taps"),
    path("portal/worker.js", portal.portal_worker, name="portal-worker"),
    path("portal/manifest.webmanifest", portal.portal_manifest, name="portal-manifest"),
    path("portal/shifts/", portal_shifts.shifts, name="portal-shifts"),
    path("portal/shifts/<int:pk>/", portal_shifts.shift, name="portal-shift"),
    path("portal/shifts/<int:pk>/offer/", portal_shifts.offer_shift, name="portal-shift-offer"),
    path(
        "portal/shifts/<int:pk>/exchange/",
        portal_shifts.exchange_shift,
        name="portal-shift-exchange",
    ),
    *(
        path(
            f"portal/swaps/<int:pk>/{answer}/",
            portal_shifts.answer_swap,
            {"answer": answer},
            name=f"portal-swap-{answer}",
        )
        for answer in ("accept", "refuse", "withdraw")
    ),
    *(
        path(
            f"portal/offers/<int:pk>/{answer}/",
            portal_shifts.answer_offer,
            {"answer": answer},
            name=f"portal-offer-{answer}",
        )
        for answer in ("claim", "bid", "withdraw")
    ),
    *(
        path(
            f"portal/calendar/{answer}/",
            portal_shifts.calendar,
            {"answer": answer},
            name=f"portal-calendar-{answer}",
        )
        for answer in ("rotate", "revoke")
    ),
    path("portal/requests/", portal_requests.requests, name="portal-requests"),
    path("portal/requests/time-off/", portal_requests.time_off, name="portal-time-off"),
    path(
        "portal/requests/time-off/check/",
        portal_requests.time_off_check,
        name="portal-time-off-check",
    ),
    path(
        "portal/requests/time-off/<int:pk>/withdraw/",
        portal_requests.time_off_withdraw,
        name="portal-time-off-withdraw",
    ),
    path("portal/requests/availability/", portal_requests.availability, name="portal-availability"),
    path(
        "portal/requests/wishes/<int:pk>/remove/",
        portal_requests.wish_remove,
        name="portal-wish-remove",
    ),
    path("portal/requests/wish/", portal_requests.wish, name="portal-wish"),
    path(
        "portal/requests/<int:pk>/withdraw/",
        portal_requests.personal_withdraw,
        name="portal-personal-withdraw",
    ),
    path("portal/requests/explain/", portal_requests.explain, name="portal-explain"),
    path(
        "portal/requests/explain/<int:pk>/withdraw/",
        portal_requests.explain_withdraw,
        name="portal-explain-withdraw",
    ),
]
