"""Addresses of the job pages."""

from django.urls import path

from wfm.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/button/", views.button, name="jobs-button"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/progress/", views.progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", views.cancel, name="job-cancel"),
]
