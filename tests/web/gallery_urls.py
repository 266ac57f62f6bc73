"""One page with every component and chart, for the tests of the design system."""

from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from django.template import engines
from django.urls import path

from wfm.urls import urlpatterns as real
from wfm.web.charts import Axis, CategoryChart, CurveChart, Mark, Series, TimeChart
from wfm.web.scope import page_scope

START = datetime(2026, 11, 1, 4, tzinfo=UTC)  # Toronto's day of 25 hours

PAGE = """
{% extends "base.html" %}{% load wfm %}
{% block title %}Bank voice: staffed against required{% endblock %}
{% block page_actions %}<button class="button button--primary" type="button">Publish</button>{% endblock %}
{% block content %}
<div class="figures">{% include "components/figure.html" with label="Service level" value=0.783|percent:1 metric_key="service_level.answered_over_offered" tone="under" note="goal 80 %" %}
{% include "components/figure.html" with label="AHT" value=None|number:0 unit="s" %}</div>
{% include "components/chart.html" with id="cover" title="Staffed against required" metric_key="occupancy_rate" %}{{ cover|json_script:"cover" }}
<div class="columns">{% include "components/chart.html" with id="bars" title="Error by queue" size="small" %}{{ bars|json_script:"bars" }}
{% include "components/chart.html" with id="curve" title="One more agent" size="small" %}{{ curve|json_script:"curve" }}</div>
{% include "components/chart.html" with id="none" title="Nothing yet" size="small" %}{{ none|json_script:"none" }}
<ul class="findings">{% include "components/finding.html" with severity="error" title="No one has Claims on Sunday" text="Required 4.2, available 0." cure="Add the skill." %}
{% include "components/finding.html" with severity="warning" title="Seats are short" %}{% include "components/finding.html" with severity="done" title="Imported" %}</ul>
<div class="row">{% include "components/badge.html" with text="under" tone="under" letter="U" %}{% include "components/badge.html" with text="over" tone="over" letter="O" %}{% include "components/badge.html" with text="at goal" tone="goal" letter="G" %}{% include "components/badge.html" with text="soon" tone="warn" letter="!" %}
<span class="act activity-1">W</span><span class="act activity-2">A</span><span class="act activity-3">B</span><span class="act activity-4">L</span><span class="act activity-5">M</span><span class="act activity-6">T</span><span class="act activity-7">C</span><span class="act activity-8">X</span>
<span class="state state--available">Available</span><span class="state state--unknown">Unknown</span></div>
<div class="panel"><div class="panel__head"><h2>Queues</h2></div><div class="panel__body panel__body--flush"><div class="table-scroll">
<table class="table sticky" data-table data-name="queues"><thead><tr><th scope="col">Queue</th><th scope="col" class="num">AHT <span class="unit">s</span></th><th scope="col" class="num">Difference</th></tr></thead>
<tbody><tr><th scope="row">Cards</th><td class="num">1,240</td><td class="num under">−3</td></tr><tr><th scope="row">=Danger</th><td class="num">98</td><td class="num">–</td></tr><tr><th scope="row">Älter</th><td class="num">300</td><td class="num over">+12</td></tr></tbody></table></div></div></div>
{% include "components/empty.html" with title="No history yet" text="One row per interval." action="Import" action_url="/history/" %}
{% endblock %}
"""


def gallery(request):
    page_scope(request, fields=("queue", "period"))
    grid = [START + timedelta(minutes=15 * index) for index in range(100)]
    staffed = [10 + index % 7 for index in range(100)]
    cover = TimeChart(
        starts_at=grid,
        step_minutes=15,
        tz="America/Toronto",
        y=Axis(title="Agents"),
        series=[
            Series(key="staffed", label="Staffed", shape="area", values=staffed),
            Series(key="required", label="Required", shape="step", values=[12] * 100),
            Series(
                key="forecast",
                label="Forecast",
                values=[12.5] * 100,
                low=[11.0] * 100,
                high=[14.0] * 100,
                band_label="80 %",
            ),
        ],
        difference=("staffed", "required"),
        now=grid[40],
        marks=[Mark(at=grid[60], label="published")],
    )
    bars = CategoryChart(
        categories=["Cards", "Claims"],
        x_title="Queue",
        y=Axis(title="WAPE", unit="%", digits=1),
        series=[Series(key="forecast", label="Forecast", shape="bar", values=[0.081, None])],
    )
    curve = CurveChart(
        xs=[10, 11, 12],
        x=Axis(title="Agents"),
        y=Axis(title="Service level", unit="%", minimum=0, maximum=1),
        series=[Series(key="1", label="Level", values=[0.5, 0.7, 0.8])],
        here=11,
        here_label="plan",
    )
    none = CategoryChart(categories=[], x_title="Queue", y=Axis(title="WAPE"), series=[])
    charts = {"cover": cover, "bars": bars, "curve": curve, "none": none}
    context = {name: chart.payload() for name, chart in charts.items()}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [path("gallery/", gallery), *real]
