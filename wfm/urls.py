"""All addresses: pages by room, the API under /api/v1/."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from scheduling.views.ical import ical
from wfm.board.api import BoardView
from wfm.board.views import board_page
from wfm.briefing.api import BriefingView, BriefingWishView
from wfm.briefing.views import briefing_page
from wfm.completeness import completeness
from wfm.today import today

# Each room uncomments its own lines when its urls module lands.
api_patterns: list[URLPattern | URLResolver] = [
    path("", include("wfm.jobs.api.urls")),
    path("", include("wfm.org.api.urls")),
    path("", include("wfm.integration.api.urls")),
    path("forecasting/", include("forecasting.api.urls")),
    path("staffing/", include("staffing.api.urls")),
    path("scheduling/", include("scheduling.api.urls")),
    path("adherence/", include("adherence.api.urls")),
    path("", include("reporting.api.urls")),
    path("board/", BoardView.as_view(), name="api-board"),
    path("intraday/", include("wfm.intraday.api_urls")),
    path("briefing/", BriefingView.as_view(), name="api-briefing"),
    path("briefing/wish/", BriefingWishView.as_view(), name="api-briefing-wish"),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_patterns)),
    path("", today, name="today"),
    path("briefing/", briefing_page, name="briefing"),
    path("intraday/", include("wfm.intraday.urls")),
    path("settings/", completeness, name="settings"),
    path("", include("wfm.web.urls")),
    path("", include("wfm.org.urls")),
    path("", include("wfm.jobs.urls")),
    path("", include("wfm.integration.urls")),
    path("", include("forecasting.urls")),
    path("staffing/board/", board_page, name="board"),
    path("staffing/", include("staffing.urls")),
    path("schedule/", include("scheduling.urls")),
    path("ical/<str:token>.ics", ical, name="ical"),
    path("", include("adherence.urls")),
    path("", include("reporting.urls")),
]
