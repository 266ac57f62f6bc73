"""Addresses of the adherence room and the agent portal."""

from django.urls import path

from adherence.views import (
    connectors,
    dashboard,
    days,
    exceptions,
    lead,
    portal,
    quarantine,
    status,
)

urlpatterns = [
    path("adherence/", dashboard.dashboard, name="adherence"),
    path("adherence/wall/", dashboard.wall, name="adherence-wall"),
    path("adherence/status/", status.status, name="adherence-status"),
    path("adherence/panels/", lead.panels, name="adherence-panels"),
    path("adherence/days/", days.days, name="adherence-days"),
    path("adherence/agents/<int:pk>/", days.agent_page, name="adherence-agent"),
    path("adherence/agents/<int:pk>/card/", lead.card, name="adherence-card"),
    path("adherence/agents/<int:pk>/notes/", lead.day_notes, name="adherence-agent-notes"),
    path("adherence/exceptions/", exceptions.create_exception, name="adherence-exception-create"),
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
    path("portal/taps/", portal.portal_taps, name="portal-taps"),
    path("portal/worker.js", portal.portal_worker, name="portal-worker"),
    path("portal/manifest.webmanifest", portal.portal_manifest, name="portal-manifest"),
]
