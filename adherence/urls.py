"""Addresses of the adherence room and the agent portal."""

from django.urls import path

from adherence.views import portal

urlpatterns = [
    path("portal/", portal.portal, name="portal"),
    path("portal/day/", portal.portal_day, name="portal-day"),
    path("portal/taps/", portal.portal_taps, name="portal-taps"),
]
