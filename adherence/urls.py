"""Addresses of the adherence room and the agent portal."""

from django.urls import path

from adherence.views import dashboard, days, exceptions, lead, portal

urlpatterns = [
    path("adherence/", dashboard.dashboard, name="adherence"),
    path("adherence/wall/", dashboard.wall, name="adherence-wall"),
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
    path("portal/", portal.portal, name="portal"),
    path("portal/day/", portal.portal_day, name="portal-day"),
    path("portal/taps/", portal.portal_taps, name="portal-taps"),
]
