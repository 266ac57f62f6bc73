"""Forms of one's own account."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from wfm.org.models import User


class LoginForm(AuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        "invalid_login": _(
            "No account has this e-mail address and password. Both are compared as typed; "
            "the password knows upper and lower case."
        ),
        "inactive": _("This account has been closed. Ask an administrator to open it again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autofocus": True, "autocomplete": "username"}
        )

    def clean_username(self) -> str:
        """Addresses are stored in lower case."""
        return str(self.cleaned_data["username"]).strip().lower()


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Language, theme and time zone of a person."""

    class Meta:
        model = User
        fields = ["display_name", "language", "theme", "timezone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [
            (code, get_language_info(code)["name_local"].capitalize())
            for code, _label in settings.LANGUAGES
        ]
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("As the browser asks")), *languages],
            required=False,
        )
        zones = [(name, name) for name in sorted(zoneinfo.available_timezones()) if "/" in name]
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[("", _("UTC")), *zones],
            required=False,
            help_text=_("Pages about one queue or site use its zone; all others use yours."),
        )
