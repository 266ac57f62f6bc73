"""Addresses of the history and forecast rooms."""

from django.urls import path

from forecasting import views

urlpatterns = [
    path("history/", views.history, name="history"),
    path("history/sample.csv", views.sample, name="history-sample"),
    path("history/imports/", views.imports, name="history-imports"),
    path("history/imports/new/", views.upload, name="history-upload"),
    path("history/imports/<int:pk>/", views.import_batch, name="history-import"),
    path("history/imports/<int:pk>/check/", views.check, name="history-import-check"),
    path("history/imports/<int:pk>/apply/", views.apply, name="history-import-apply"),
    path(
        "history/special-days/<int:pk>/delete/", views.special_day_delete, name="special-day-delete"
    ),
    path(
        "history/queues/<int:queue_pk>/special-days/", views.special_day_set, name="special-day-set"
    ),
    path("history/queues/<int:queue_pk>/holidays/", views.holiday_codes_set, name="holidays-set"),
    path("forecast/", views.index, name="forecast"),
    path("forecast/today/", views.today, name="forecast-today"),
    path("forecast/today/refresh/", views.today_refresh, name="forecast-today-refresh"),
    path("forecast/drivers/", views.inputs, name="forecast-inputs"),
    path("forecast/drivers/<int:pk>/remove/", views.driver_unlink, name="driver-unlink"),
    path("forecast/queues/<int:queue_pk>/drivers/", views.driver_link, name="driver-link"),
    path(
        "forecast/queues/<int:queue_pk>/named-drivers/",
        views.driver_series_create,
        name="driver-series-create",
    ),
    path(
        "forecast/queues/<int:queue_pk>/driver-values/",
        views.driver_values_set,
        name="driver-values",
    ),
    path("forecast/queues/<int:queue_pk>/start/", views.starting_plan_set, name="starting-plan"),
    path("forecast/totals/", views.totals, name="forecast-totals"),
    path("forecast/accuracy/", views.accuracy, name="forecast-accuracy"),
    path("forecast/start/", views.start, name="forecast-start"),
    path("forecast/runs/<int:pk>/", views.run, name="forecast-run"),
    path("forecast/runs/<int:pk>/publish/", views.publish, name="forecast-publish"),
    path(
        "forecast/runs/<int:pk>/queues/<int:queue_pk>/", views.queue_forecast, name="forecast-queue"
    ),
    path(
        "forecast/runs/<int:pk>/queues/<int:queue_pk>/overrides/",
        views.override_create,
        name="override-create",
    ),
    path(
        "forecast/runs/<int:pk>/overrides/<int:override_pk>/undo/",
        views.override_revoke,
        name="override-revoke",
    ),
]
