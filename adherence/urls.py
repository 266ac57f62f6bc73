"""Addresses of the adherence room and the agent portal."""

from django.urls import path

from adherence.views import dashboard, days, exceptions, portal, shrinkage, trends

urlpatterns = [
    path("adherence/", dashboard.dashboard, name="adherence"),
    path("adherence/wall/", dashboard.wall, name="adherence-wall"),
    path("adherence/days/", days.days, name="adherence-days"),
    path("adherence/trends/", trends.trends_page, name="adherence-trends"),
    path("adherence/trends/shrinkage/", shrinkage.shrinkage_page, name="adherence-shrinkage"),
    path("adherence/agents/<int:pk>/", days.agent_page, name="adherence-agent"),
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
