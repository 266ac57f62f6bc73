"""Addresses of the staffing room, below /staffing/."""

from django.urls import path

from staffing import views
from staffing.views import skills

urlpatterns = [
    path("", views.board, name="staffing"),
    path("start/", views.start, name="requirement-start"),
    path("runs/", views.runs, name="requirement-runs"),
    path("runs/<int:pk>/", views.run, name="requirement-run"),
    path("runs/<int:pk>/publish/", views.publish, name="requirement-publish"),
    path("runs/<int:pk>/why/<int:queue_pk>/<int:epoch>/", views.why, name="requirement-why"),
    path("runs/<int:pk>/simulate/", views.simulate, name="requirement-simulate"),
    path("pools/", views.pools, name="staffing-pools"),
    path("pools/new/", views.new_pool, name="staffing-pool-new"),
    path("pools/<int:pk>/", views.edit_pool, name="staffing-pool"),
    path("pools/<int:pk>/remove/", views.remove_pool, name="staffing-pool-remove"),
    path("pool-results/<int:pk>/", views.pool_result, name="requirement-pool"),
    path("simulations/<int:pk>/", views.simulation, name="requirement-simulation"),
    path("parameters/", views.parameters, name="staffing-parameters"),
    path("parameters/<int:queue_pk>/goal/", views.change_goal, name="staffing-goal"),
    path("parameters/<int:queue_pk>/due/", views.due_example, name="staffing-due-example"),
    path("parameters/<int:queue_pk>/links/", views.add_link, name="staffing-link"),
    path(
        "parameters/<int:queue_pk>/links/<int:pk>/end/",
        views.finish_link,
        name="staffing-link-end",
    ),
    path(
        "parameters/<int:queue_pk>/links/<int:pk>/remove/",
        views.remove_link,
        name="staffing-link-remove",
    ),
    path("parameters/<int:queue_pk>/callbacks/", views.offer_callbacks, name="staffing-callbacks"),
    path(
        "parameters/<int:queue_pk>/callbacks/<int:pk>/end/",
        views.finish_callbacks,
        name="staffing-callbacks-end",
    ),
    path("parameters/<int:queue_pk>/settings/", views.change_settings, name="staffing-settings"),
    path("parameters/<int:queue_pk>/shrinkage/", views.change_shrinkage, name="staffing-shrinkage"),
    path("skills/", skills.skills, name="staffing-skills"),
    path("skills/<int:pk>/", skills.pool_skills, name="staffing-pool-skills"),
    path("skills/<int:pk>/change/", skills.change_skills, name="staffing-pool-skills-change"),
    path(
        "skills/<int:pk>/from-people/",
        skills.skills_from_people,
        name="staffing-pool-skills-people",
    ),
    path("calculator/", views.calculator, name="staffing-calculator"),
    path("calculator/answer/", views.answer, name="staffing-calculator-answer"),
]
