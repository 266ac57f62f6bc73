"""What the views of requests share: whose request it is, and 409 with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError as ModelError
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from scheduling.api.rule_serializers import by_field
from scheduling.request_texts import answer_text
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit, UnableToRequest
from wfm.org.access_views import person_of
from wfm.org.models import Agent
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet

_Asked = TypeVar("_Asked", bound=serializers.Serializer[Any])


@contextmanager
def with_reasons() -> Iterator[None]:
    """409 with the sentence where a service refuses; 400 beside the field where a row is not valid."""
    try:
        yield
    except (UnableToRequest, UnableToEdit, ChangedMeanwhile) as error:
        raise Conflict(str(error)) from error
    except ModelError as error:
        raise serializers.ValidationError(by_field(error)) from error


def own_agent(request: Request) -> Agent:
    """The agent who asks; 409 for people who are not scheduled, and for keys."""
    person = person_of(request)
    agent = None if person is None else person.agent
    if agent is None:
        raise Conflict(_("You are not scheduled, so there is nothing to ask for."))
    return agent


def checked(serializer: _Asked) -> _Asked:
    """The serializer with valid data; 400 else."""
    serializer.is_valid(raise_exception=True)
    return serializer


class RequestViewSet(IdempotentMixin, ReadViewSet):
    """Requests as leads see them, the newest first; each may be filtered by its status."""

    cursor_ordering = ("-pk",)
    agent_path = "agent"

    def get_queryset(self) -> Any:
        """Filter by agent and status."""
        found = super().get_queryset()
        agent = self.request.query_params.get("agent", "")
        if agent:
            if not agent.isdecimal():
                raise serializers.ValidationError({"agent": "Expected a number."})
            found = found.filter(**{self.agent_path: int(agent)})
        status = self.request.query_params.get("status", "")
        return found.filter(status=status) if status else found


class OwnRequestViewSet(IdempotentMixin, ReadViewSet):
    """What whoever asks has asked for."""

    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(
        ("GET", "POST", "DELETE"), "request.make"
    )
    cursor_ordering = ("-pk",)

    def get_queryset(self) -> Any:
        """One's own."""
        person = person_of(self.request)
        agent_id = None if person is None else person.agent_id
        return self.own(super().get_queryset(), agent_id)

    def own(self, rows: Any, agent_id: int | None) -> Any:
        """The rows of the agent."""
        return rows.filter(agent=agent_id)


class AnswerField(serializers.Field):  # type: ignore[type-arg]
    """The answer in a sentence, in the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["read_only"] = True
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> str:
        """Sentences, one after the other."""
        return answer_text(value)
