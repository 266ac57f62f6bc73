"""Addresses of the organisation under /api/v1/."""

from rest_framework.routers import SimpleRouter

from wfm.org.api import views

router = SimpleRouter()
router.register("clients", views.ClientViewSet, basename="api-client")
router.register("sites", views.SiteViewSet, basename="api-site")
router.register("teams", views.TeamViewSet, basename="api-team")
router.register("skills", views.SkillViewSet, basename="api-skill")
router.register("queues", views.QueueViewSet, basename="api-queue")
router.register("service-goals", views.ServiceGoalViewSet, basename="api-service-goal")
router.register("agents", views.AgentViewSet, basename="api-agent")
router.register("activity-codes", views.ActivityCodeViewSet, basename="api-activity-code")

urlpatterns = router.urls
