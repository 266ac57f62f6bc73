"""Template tags and components render what docs/design-system.md promises."""

import pytest
from django import forms
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from wfm.web.spark import spark_paths


def render(source, **context):
    return Template("{% load wfm %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ value|number:1 }}", "1,234.5"),
        ("{{ value|signed:1 }}", "+1,234.5"),
        ("{{ share|percent:1 }}", "81.1\u202f%"),
        ("{{ seconds|duration }}", "4\u202fmin 5\u202fs"),
        ("{{ seconds|clock }}", "0:04"),
        ("{{ nothing|number:1 }}{{ nothing|percent }}{{ nothing|duration }}", "–––"),
        ("{{ nothing|localtime }}{{ nothing|localclock }}{{ nothing|localday }}", "–––"),
        ("{{ nothing|dash }}{{ empty|dash }}{{ zero|dash }}", "––0"),
        ("{{ word|number:1 }}", "–"),
    ],
)
def test_filters(source, shown):
    context = {"value": 1234.5, "share": 0.8113, "seconds": 245, "nothing": None}

    assert render(source, empty="", zero=0, word="many", **context) == shown


def test_metric_button_names_its_definition():
    html = render("{% metric 'service_level.answered_over_offered' %}")

    assert 'data-url="/metrics/service_level.answered_over_offered/definition/"' in html
    assert 'aria-label="Definition of Service level"' in html


def test_metric_button_survives_an_unknown_key():
    assert 'aria-label="Definition of no.such"' in render("{% metric 'no.such' %}")


def test_query_changes_one_key_and_removes_another():
    request = RequestFactory().get("/history/", {"queue": "7", "page": "3"})

    assert render("{% query page=2 queue=None %}", request=request) == "page=2"


def test_scoped_url_carries_the_scope_and_nothing_else():
    request = RequestFactory().get("/history/", {"queue": "7", "from": "2026-11-16", "page": "3"})

    assert render("{% scoped_url 'jobs' %}", request=request) == (
        "/jobs/?queue=7&amp;from=2026-11-16"
    )
    assert render("{% scoped_url 'jobs' queue=9 %}", request=request).count("queue=9") == 1


def test_one_title_serves_tab_and_heading():
    engine = engines["django"]
    base = engine.from_string(
        "{% load wfm %}<title>{% block_text 'title' %}</title><h1>{% block title %}{% endblock %}</h1>"
    )
    page = engine.from_string("{% extends base %}{% block title %}A & {{ name }}{% endblock %}")

    assert page.render({"base": base.template, "name": "<B>"}) == (
        "<title>A & &lt;B&gt;</title><h1>A & &lt;B&gt;</h1>"
    )


class SampleForm(forms.Form):
    hours = forms.IntegerField(help_text="Paid hours.")
    agrees = forms.BooleanField(required=False)


def test_a_field_ties_its_error_and_help_to_the_input():
    html = render_to_string("components/form.html", {"form": SampleForm({"hours": "many"})})

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_hours_error id_hours_helptext"' in html
    assert 'id="id_hours_error"' in html
    assert 'id="id_hours_helptext"' in html


def test_a_figure_without_value_shows_a_dash():
    html = render_to_string("components/figure.html", {"label": "AHT", "value": None, "unit": "s"})

    assert "figure__value" in html
    assert "–" in html


def test_spark_keeps_gaps():
    line, area = spark_paths([0, 10, None, 5, 5], width=80, height=20)

    assert line == "M0.0 20.0 L20.0 0.0 M60.0 10.0 L80.0 10.0"
    assert area.count("Z") == 2
    assert spark_paths([None, None], width=80, height=20) == ("", "")
