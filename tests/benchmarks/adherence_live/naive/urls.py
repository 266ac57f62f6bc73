from django.urls import path

from tests.benchmarks.adherence_live.naive.views import NaiveIntakeView

urlpatterns = [path("naive/events/", NaiveIntakeView.as_view())]
