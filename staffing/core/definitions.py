"""The service-level keys of the glossary that a staffing model can predict."""

from enum import StrEnum


class Model(StrEnum):
    """Which queue is meant: B loses the blocked, C waits for ever, A hangs up."""

    B = "B"
    C = "C"
    A = "A"


class ServiceLevel(StrEnum):
    """Definitions of service level; T is the threshold. Files write the key without its family."""

    ANSWERED_OVER_OFFERED = "answered_over_offered"
    ANSWERED_OR_ABANDONED = "answered_or_abandoned_within_over_offered"
    EXCL_ABANDONS_WITHIN = "excl_abandons_within_threshold"
    EXCL_SHORT_ABANDONS = "excl_short_abandons"
    ANSWERED_OVER_ANSWERED = "answered_over_answered"
    SHORT_ABANDONS_COUNT = "short_abandons_count"
    VIRTUAL = "virtual"

    @property
    def needs_short_seconds(self) -> bool:
        """Tell whether short abandons enter the formula."""
        return self in {self.EXCL_SHORT_ABANDONS, self.SHORT_ABANDONS_COUNT}

    @property
    def metric_key(self) -> str:
        """Return the key of the metric registry."""
        return f"service_level.{self.value}"


DEFAULT_SHORT_SECONDS = 5.0
