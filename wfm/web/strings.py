"""Texts that scripts show; translated on the server, read from the page as JSON."""

from django.utils.translation import gettext as _


def ui_texts() -> dict[str, str]:
    """Return each text under the name by which static/js/ui/strings.js knows it."""
    return {
        "table": _("Table"),
        "chart": _("Chart"),
        "time": _("Time"),
        "now": _("now"),
        "copied": _("Copied; paste it into a spreadsheet."),
        "copy": _("Copy"),
        "download": _("Download CSV"),
        "filter": _("Filter rows"),
        "undo": _("Undo"),
        "over": _("over"),
        "under": _("under"),
        "low": _("low"),
        "high": _("high"),
        "total": _("Total"),
        "wholePeriod": _("Whole period"),
        "noData": _("Nothing to show for this period."),
        "chartFailed": _("The chart could not be drawn; the table shows the same numbers."),
        "definitionFailed": _("The definition could not be loaded. Try again."),
        "requestFailed": _("The server did not answer. What you see may be old; try again."),
        "requestRefused": _("The server refused this ({status}). Nothing was changed."),
        "loggedOut": _("You have been logged out. Log in again to go on."),
        "showing": _("{shown} of {total} rows"),
        "columns": _("Columns"),
        "sortBy": _("Sort by {column}"),
    }
