"""Addresses of the organisation's pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from wfm.org.views import account, clients, people, roles, session

urlpatterns = [
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", account.ChangePassword.as_view(), name="password-change"),
    path("password/forgotten/", account.ResetPassword.as_view(), name="password-reset"),
    path(
        "password/<uidb64>/<token>/",
        account.SetPassword.as_view(),
        name="password_reset_confirm",
    ),
    path("preferences/", account.preferences, name="preferences"),
    path("preferences/quick/", account.quick_preferences, name="preferences-quick"),
    path("invitation/<str:token>/", people.accept, name="invitation-accept"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite, name="people-invite"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/roles/", roles.roles, name="roles"),
    path("settings/roles/new/", roles.edit, name="role-new"),
    path("settings/roles/<int:pk>/", roles.edit, name="role"),
    path("settings/clients/", clients.clients, name="clients"),
]
