"""The sources that can be read."""

from collections.abc import Callable
from dataclasses import dataclass

from adherence.core.connectors import (
    amazon_connect,
    avaya_cms,
    cisco_finesse,
    generic_csv,
    genesys_cloud,
    samples,
    twilio_taskrouter,
)
from adherence.core.connectors.event import ReadOptions, SourceEvent


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of source."""

    key: str
    name: str
    read: Callable[[bytes, ReadOptions], list[SourceEvent]]
    agent_fields: tuple[str, ...] = ()
    """Where the agent may be named; the first is the usual place. Empty: a column."""
    roles: tuple[str, ...] = ()
    """Columns that can be chosen, for tables."""
    is_local: bool = False
    """Times may come without an offset."""
    signs: bool = False
    """Requests carry a signature that a token verifies."""
    sample: str = ""


_TABLE_ROLES = ("agent", "date", "time", "offset", "state", "reason", "channel", "sequence", "uid")

SOURCES = {
    source.key: source
    for source in (
        Source(
            key="amazon-connect",
            name="Amazon Connect",
            read=amazon_connect.read,
            agent_fields=amazon_connect.AGENT_FIELDS,
            sample=samples.AMAZON_CONNECT,
        ),
        Source(
            key="genesys-cloud",
            name="Genesys Cloud",
            read=genesys_cloud.read,
            agent_fields=genesys_cloud.AGENT_FIELDS,
            sample=samples.GENESYS_CLOUD,
        ),
        Source(
            key="avaya-cms",
            name="Avaya CMS",
            read=avaya_cms.read,
            roles=tuple(role for role in _TABLE_ROLES if role in avaya_cms.COLUMNS),
            is_local=True,
            sample=samples.AVAYA_CMS,
        ),
        Source(
            key="twilio-taskrouter",
            name="Twilio TaskRouter",
            read=twilio_taskrouter.read,
            agent_fields=twilio_taskrouter.AGENT_FIELDS,
            signs=True,
            sample=samples.TWILIO_TASKROUTER,
        ),
        Source(
            key="cisco-finesse",
            name="Cisco Finesse",
            read=cisco_finesse.read,
            agent_fields=cisco_finesse.AGENT_FIELDS,
            sample=samples.CISCO_FINESSE,
        ),
        Source(
            key="csv",
            name="CSV",
            read=generic_csv.read,
            roles=_TABLE_ROLES,
            is_local=True,
            sample=samples.GENERIC_CSV,
        ),
    )
}
