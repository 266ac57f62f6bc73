"""Addresses of forecasting, below /api/v1/forecasting/."""

from rest_framework.routers import SimpleRouter

from forecasting.api import accuracy, components, history, holidays, inputs, totals, views

router = SimpleRouter()
router.register("runs", views.ForecastRunViewSet, basename="api-forecast-run")
router.register("intervals", views.ForecastIntervalViewSet, basename="api-forecast-interval")
router.register(
    "components", components.ForecastComponentViewSet, basename="api-forecast-component"
)
router.register("totals", totals.ForecastTotalViewSet, basename="api-forecast-total")
router.register("overrides", views.OverrideViewSet, basename="api-override")
router.register("accuracy", accuracy.ForecastAccuracyViewSet, basename="api-forecast-accuracy")
router.register(
    "override-accuracy", accuracy.OverrideAccuracyViewSet, basename="api-override-accuracy"
)
router.register("imports", history.ImportViewSet, basename="api-import")
router.register("actuals", history.ActualViewSet, basename="api-actual")
router.register("driver-series", inputs.DriverSeriesViewSet, basename="api-driver-series")
router.register("driver-links", inputs.DriverLinkViewSet, basename="api-driver-link")
router.register("driver-values", inputs.DriverValueViewSet, basename="api-driver-value")
router.register("starting-plans", inputs.StartingPlanViewSet, basename="api-starting-plan")
router.register("intraday", inputs.IntradayViewSet, basename="api-intraday")
router.register("special-days", history.SpecialDayViewSet, basename="api-special-day")
router.register(
    "holiday-calendars", holidays.HolidayCalendarViewSet, basename="api-holiday-calendar"
)

urlpatterns = router.urls
