"""Addresses of API keys and of the API's documentation."""

from django.urls import path

from wfm.integration import views

urlpatterns = [
    path("settings/api-keys/", views.api_keys, name="api-keys"),
    path("settings/api-keys/new/", views.new_api_key, name="api-key-new"),
    path("settings/api-keys/<int:pk>/revoke/", views.revoke, name="api-key-revoke"),
    path("api/docs/", views.api_docs, name="api-docs"),
    path("api/schema/", views.SchemaView.as_view(), name="api-schema"),
]
