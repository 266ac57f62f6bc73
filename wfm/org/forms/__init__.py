"""Forms of the organisation's pages."""

from wfm.org.forms.account import LoginForm, PreferencesForm
from wfm.org.forms.people import AcceptInvitationForm, InvitationForm, RoleForm

__all__ = [
    "AcceptInvitationForm",
    "InvitationForm",
    "LoginForm",
    "PreferencesForm",
    "RoleForm",
]
