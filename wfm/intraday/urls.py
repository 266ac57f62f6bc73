"""Addresses of the day in hand."""

from django.urls import path

from wfm.intraday import alert_views, playbook_views, settings_views, views

urlpatterns = [
    path("", views.intraday_page, name="intraday"),
    path("now/", views.intraday_now, name="intraday-now"),
    path("options/", views.options_page, name="intraday-options"),
    path("options/list/", views.options_list, name="intraday-options-list"),
    path("options/accept/", views.accept_option, name="intraday-accept"),
    path("measures/<int:pk>/", views.end_accepted, name="intraday-measure"),
    path("alerts/", alert_views.alerts, name="intraday-alerts"),
    path("alerts/<int:pk>/", alert_views.alert_page, name="intraday-alert"),
    path("alerts/<int:pk>/<slug:act>/", alert_views.alert_act, name="intraday-alert-act"),
    path("playbooks/", playbook_views.playbooks, name="intraday-playbooks"),
    path("playbooks/new/", playbook_views.playbook_edit, name="intraday-playbook-new"),
    path("playbooks/<int:pk>/", playbook_views.playbook_edit, name="intraday-playbook"),
    path("playbooks/<int:pk>/start/", playbook_views.start, name="intraday-playbook-start"),
    path("runs/<int:pk>/", playbook_views.run_page, name="intraday-run"),
    path("runs/<int:pk>/tick/", playbook_views.tick, name="intraday-run-tick"),
    path("runs/<int:pk>/end/", playbook_views.end, name="intraday-run-end"),
    path("contingency/", playbook_views.contingency, name="intraday-contingency"),
    path("duties/", settings_views.duties, name="intraday-duties"),
    path("duties/<slug:what>/new/", settings_views.edit, name="intraday-duty-new"),
    path("duties/<slug:what>/<int:pk>/", settings_views.edit, name="intraday-duty"),
    path("duties/<slug:what>/<int:pk>/delete/", settings_views.delete, name="intraday-duty-delete"),
]
