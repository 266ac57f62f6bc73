"""Addresses of adherence under /api/v1/adherence/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from adherence.api import lead, views

router = SimpleRouter()
router.register("days", views.AdherenceDayViewSet, basename="api-adherence-day")
router.register("exceptions", views.ExceptionViewSet, basename="api-adherence-exception")
router.register("quarantine", views.QuarantineViewSet, basename="api-adherence-quarantine")
router.register("notes", lead.NoteViewSet, basename="api-adherence-note")
router.register("busy-routes", lead.BusyRouteViewSet, basename="api-adherence-busy-route")
router.register("busy-cases", lead.BusyCaseViewSet, basename="api-adherence-busy-case")

urlpatterns = [
    path("events/", views.EventIntakeView.as_view(), name="api-adherence-events"),
    path("live/", views.LiveView.as_view(), name="api-adherence-live"),
    path("live/marks/", lead.MarksView.as_view(), name="api-adherence-marks"),
    path("messages/", lead.MessageView.as_view(), name="api-adherence-messages"),
    path("agents/<int:pk>/card/", lead.CardView.as_view(), name="api-adherence-card"),
    path("agents/<int:pk>/contact/", lead.ContactView.as_view(), name="api-adherence-contact"),
    *router.urls,
]
