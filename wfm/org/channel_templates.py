"""The usual settings of each channel; a new work type starts from them."""

from dataclasses import dataclass

from wfm.org.models import Channel, Handling


@dataclass(frozen=True)
class ChannelTemplate:
    """Defaults for a work type and its queues."""

    handling: Handling
    contacts_abandon: bool
    concurrency: int
    default_aht_seconds: float
    level: float
    threshold_seconds: int | None
    within_business_minutes: int | None
    patience_seconds: float | None = None


CHANNEL_TEMPLATES: dict[Channel, ChannelTemplate] = {
    Channel.VOICE: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=1, default_aht_seconds=240, level=0.8,
        threshold_seconds=20, within_business_minutes=None, patience_seconds=120,
    ),
    Channel.CHAT: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=2, default_aht_seconds=480, level=0.8,
        threshold_seconds=60, within_business_minutes=None, patience_seconds=180,
    ),
    Channel.COUNTER: ChannelTemplate(
        Handling.LIVE, contacts_abandon=True, concurrency=1, default_aht_seconds=420, level=0.8,
        threshold_seconds=600, within_business_minutes=None, patience_seconds=1200,
    ),
    Channel.EMAIL: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=360,
        level=0.95, threshold_seconds=None, within_business_minutes=480,
    ),
    Channel.SOCIAL: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=240,
        level=0.9, threshold_seconds=None, within_business_minutes=120,
    ),
    Channel.CLAIMS: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=900,
        level=0.95, threshold_seconds=None, within_business_minutes=1440,
    ),
    Channel.BACK_OFFICE: ChannelTemplate(
        Handling.DEFERRED, contacts_abandon=False, concurrency=1, default_aht_seconds=600,
        level=0.95, threshold_seconds=None, within_business_minutes=960,
    ),
}  # fmt: skip
