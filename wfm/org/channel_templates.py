"""The usual settings of each channel; a new work type starts from them."""

from dataclasses import dataclass

from wfm.org.models import Channel, Handling
from wfm.timeline import DueRule, DueUnit


@dataclass(frozen=True)
class ChannelTemplate:
    """Defaults for a work type and its queues."""

    handling: Handling
    contacts_abandon: bool
    concurrency: int
    default_aht_seconds: float
    level: float
    threshold_seconds: int | None
    due: DueRule | None
    patience_seconds: float | None = None


def _business_hours(count: int) -> DueRule:
    return DueRule(DueUnit.BUSINESS_MINUTES, count * 60)


CHANNEL_TEMPLATES: dict[Channel, ChannelTemplate] = {
    Channel.VOICE: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=1, default_aht_seconds=240, level=0.8,
        threshold_seconds=20, due=None, patience_seconds=120,
    ),
    Channel.CHAT: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=2, default_aht_seconds=480, level=0.8,
        threshold_seconds=60, due=None, patience_seconds=180,
    ),
    Channel.COUNTER: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=1, default_aht_seconds=420, level=0.8,
        threshold_seconds=600, due=None, patience_seconds=1200,
    ),
    Channel.EMAIL: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=360,
        level=0.95, threshold_seconds=None, due=_business_hours(8),
    ),
    Channel.SOCIAL: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=240,
        level=0.9, threshold_seconds=None, due=_business_hours(2),
    ),
    Channel.CLAIMS: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=900,
        level=0.95, threshold_seconds=None, due=_business_hours(24),
    ),
    Channel.BACK_OFFICE: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=600,
        level=0.95, threshold_seconds=None, due=_business_hours(16),
    ),
}  # fmt: skip
