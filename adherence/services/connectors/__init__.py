"""Connectors: take sources' own messages, set connectors up, cure what could not be taken."""

from adherence.services.connectors.cures import (
    UnableToCure,
    add_agent_key,
    choose_hour,
    dismiss,
    reopen,
    replay,
    retry_cured,
)
from adherence.services.connectors.intake import Taken, take_body
from adherence.services.connectors.preview import Preview, preview_body
from adherence.services.connectors.reading import UnableToRead
from adherence.services.connectors.setup import (
    ConnectorDetails,
    MappingChoice,
    UnableToConnect,
    create_connector,
    delete_connector,
    make_secret,
    map_states,
    set_signing_token,
    unmap_state,
    update_connector,
)

__all__ = [
    "ConnectorDetails",
    "MappingChoice",
    "Preview",
    "Taken",
    "UnableToConnect",
    "UnableToCure",
    "UnableToRead",
    "add_agent_key",
    "choose_hour",
    "create_connector",
    "delete_connector",
    "dismiss",
    "make_secret",
    "map_states",
    "preview_body",
    "reopen",
    "replay",
    "retry_cured",
    "set_signing_token",
    "take_body",
    "unmap_state",
    "update_connector",
]
