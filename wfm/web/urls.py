"""Addresses of the frame's own fragments."""

from django.urls import path

from wfm.web import views

urlpatterns = [
    path("palette/", views.palette, name="palette"),
    path("metrics/<str:key>/definition/", views.metric_definition, name="metric-definition"),
]
