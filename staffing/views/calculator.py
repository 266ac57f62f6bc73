"""The quick calculator: answers while the sliders move."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from staffing.core.calculator import Answer, Question, UnableToCalculate, calculate
from staffing.forms import CalculatorForm
from wfm.org.access_views import require
from wfm.web import formats
from wfm.web.charts import Axis, CurveChart, Series

UNPROCESSABLE = 422


@require_GET
@require("staffing.view")
def calculator(request: HttpRequest) -> HttpResponse:
    """Show the sliders and the answer to what the address asks."""
    form = _form(request)
    payload, error = _answer(form)
    context = {"form": form, "payload": payload, "error": error}
    return render(request, "staffing/calculator.html", context)


@require_GET
@require("staffing.view")
def answer(request: HttpRequest) -> JsonResponse:
    """Answer one position of the sliders; 422 with the sentence when there is no answer."""
    payload, error = _answer(_form(request))
    if payload is None:
        return JsonResponse({"error": error}, status=UNPROCESSABLE)
    return JsonResponse(payload)


def _form(request: HttpRequest) -> CalculatorForm:
    """Return the form bound to the address, with the usual values where it is silent."""
    usual = {
        name: str(field.prepare_value(field.initial))
        for name, field in CalculatorForm.base_fields.items()
        if field.initial is not None
    }
    given = {
        name: value for name, value in request.GET.items() if name in CalculatorForm.base_fields
    }
    return CalculatorForm(usual | given)


def _answer(form: CalculatorForm) -> tuple[dict[str, Any] | None, str]:
    if not form.is_valid():
        sentences = [
            f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
            for name, errors in form.errors.items()
            for error in errors
        ]
        return None, " ".join(sentences)
    question: Question = form.cleaned_data["question"]
    try:
        return _payload(question, calculate(question)), ""
    except UnableToCalculate as error:
        return None, str(error)


def _payload(question: Question, found: Answer) -> dict[str, Any]:
    """Return the answer as the page shows it: texts by locale, and the curve."""
    goal = question.goal
    rows = [
        {
            "agents": formats.number(step.agents),
            "change": formats.signed(step.agents - found.required_agents)
            if step.agents != found.required_agents
            else "",
            "service_level": formats.percent(step.service_level, 1),
            "asa": formats.duration(step.asa_seconds) if step.asa_seconds < 86_400 else "∞",
            "abandonment": formats.percent(step.abandonment_rate, 1),
            "occupancy": formats.percent(step.occupancy_rate, 1),
            "meets": step.agents >= found.required_agents,
        }
        for step in found.steps
    ]
    return {
        "required_agents": formats.number(found.required_agents),
        "required_fte": formats.number(found.required_fte, 1),
        "erlangs": formats.number(found.erlangs, 1),
        "model": _("Chat chain") if question.chat else f"Erlang {question.model}",
        "goal": formats.percent(goal.level, 0),
        "rows": rows,
        "chart": _chart(question, found).payload(),
    }


def _chart(question: Question, found: Answer) -> CurveChart:
    tried = found.required_agents if question.agents is None else question.agents
    levels = [step.service_level for step in found.curve]
    return CurveChart(
        xs=[step.agents for step in found.curve],
        x=Axis(title=_("Agents")),
        y=Axis(title=_("Share"), unit="%", minimum=0, maximum=1),
        series=[
            Series(key="1", label=_("Service level"), values=levels),
            Series(key="3", label=_("Occupancy"), values=[s.occupancy_rate for s in found.curve]),
            Series(
                key="4", label=_("Abandonment"), values=[s.abandonment_rate for s in found.curve]
            ),
            Series(
                key="baseline",
                label=_("Goal"),
                values=[question.goal.level] * len(levels),
                dashed=True,
            ),
        ],
        here=tried,
        here_label=_("tried") if question.agents is not None else _("required"),
    )
