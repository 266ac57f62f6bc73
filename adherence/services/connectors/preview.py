"""What would become of a sample. Saves nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from adherence.core.connectors.event import ReadOptions, SourceEvent, SourceKind
from adherence.core.connectors.suggest import CodeWords, Suggestion, suggest
from adherence.queries.connectors import known_agent_keys
from adherence.services.connectors.reading import (
    Canonical,
    StateMap,
    canonical,
    find_mapping,
    read_events,
)
from wfm.org.models import ActivityCode

MOST_SHOWN = 200


@dataclass(frozen=True)
class PreviewedEvent:
    """One event of a sample as it is understood."""

    event: SourceEvent
    canonical: Canonical
    is_known_agent: bool


@dataclass(frozen=True)
class FoundState:
    """A state that stands in a sample, how often, and what it probably means."""

    state: str
    reason: str
    label: str
    count: int
    is_mapped: bool
    suggestion: Suggestion | None


@dataclass(frozen=True)
class Preview:
    """What is understood of a sample."""

    events: list[PreviewedEvent]
    """The first of them."""
    total: int
    states: list[FoundState]
    unknown_agents: list[str]
    faulty: int
    alive: int
    """Messages without anybody's state: they only show that the source speaks."""

    @property
    def unmapped(self) -> list[FoundState]:
        """States that nobody has mapped yet."""
        return [state for state in self.states if not state.is_mapped]


def preview_body(
    *,
    kind: str,
    source: str,
    body: bytes,
    options: ReadOptions,
    mappings: StateMap,
    default_channel: str = "",
) -> Preview:
    """Read a sample and say, per event, what is understood; raises UnableToRead."""
    read = read_events(kind=kind, body=body, options=options)
    keys = {event.agent_key for event in read if event.agent_key}
    known = known_agent_keys(source=source, keys=keys)
    shown = [
        PreviewedEvent(
            event,
            canonical(event, mappings=mappings, zone=options.zone, default_channel=default_channel),
            event.agent_key in known,
        )
        for event in read[:MOST_SHOWN]
    ]
    return Preview(
        events=shown,
        total=len(read),
        states=_states(read, mappings),
        unknown_agents=sorted(keys - known),
        faulty=sum(event.fault is not None for event in read),
        alive=sum(event.kind == SourceKind.HEARTBEAT for event in read),
    )


def code_words() -> list[CodeWords]:
    """The activity codes that a state can be mapped to."""
    found = ActivityCode.objects.filter(is_active=True).order_by("portal_position", "key")
    return [
        CodeWords(key, name, group, is_work)
        for key, name, group, is_work in found.values_list("key", "name", "state_group", "is_work")
    ]


def suggestion_for(
    *, state: str, reason: str, label: str, codes: Sequence[CodeWords], said: str = "state"
) -> Suggestion | None:
    """Propose what a state means."""
    return suggest(state=state, reason=reason, label=label, kind=SourceKind(said), codes=codes)


def _states(read: Sequence[SourceEvent], mappings: StateMap) -> list[FoundState]:
    """Distinct states with their reasons, the frequent first. Log-outs explain themselves."""
    told = [event for event in read if event.state and event.kind != SourceKind.LOGOUT]
    counts = Counter((event.state, event.reason) for event in told)
    first = {(event.state, event.reason): event for event in reversed(told)}
    codes = code_words()
    return [
        FoundState(
            state=state,
            reason=reason,
            label=first[state, reason].label,
            count=count,
            is_mapped=find_mapping(mappings, state=state, reason=reason) is not None,
            suggestion=suggest(
                state=state,
                reason=reason,
                label=first[state, reason].label,
                kind=first[state, reason].kind,
                codes=codes,
            ),
        )
        for (state, reason), count in counts.most_common()
    ]
