from django.apps import AppConfig


class ForecastingConfig(AppConfig):
    """Demand: history, forecasts, overrides."""

    name = "forecasting"
    verbose_name = "Forecasting"
