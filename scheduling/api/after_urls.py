"""Addresses of what is asked of a finished version."""

from django.urls import path

from scheduling.api.after import AfterViewSet, PickViewSet

QUESTIONS = {
    "reasons/interval": ({"get": "interval"}, "why-interval"),
    "reasons/day": ({"get": "day"}, "why-day"),
    "reasons/wish": ({"get": "wish"}, "wish-price"),
    "service": ({"get": "service"}, "service"),
    "comfort": ({"get": "comfort"}, "comfort"),
    "rule-prices": ({"get": "prices", "post": "start_prices"}, "rule-prices"),
    "reoptimise": ({"get": "curve", "post": "start_curve"}, "reoptimise"),
}

urlpatterns = [
    *(
        path(
            f"versions/<int:pk>/{name}/",
            AfterViewSet.as_view(methods),  # type: ignore[arg-type]
            name=f"api-schedule-{url}",
        )
        for name, (methods, url) in QUESTIONS.items()
    ),
    path(
        "versions/<int:pk>/clashes/<int:agent>/",
        AfterViewSet.as_view({"get": "clash"}),
        name="api-schedule-clash",
    ),
    path(
        "versions/<int:pk>/reoptimise/pick/",
        PickViewSet.as_view({"post": "pick"}),
        name="api-schedule-pick",
    ),
]
