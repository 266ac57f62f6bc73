"""Errors of a form as messages, for forms that are not shown again."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest


def is_good(request: HttpRequest, form: forms.Form) -> bool:
    """Tell whether the form is valid; what is wrong with each field becomes a message."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(map(str, errors))}".removeprefix(": "))
    return form.is_valid()
