"""Marks English text for the message catalogue without importing Django."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Return `text` unchanged; the extraction tool collects it and pages translate it."""
    return text
