"""A lead's day over REST: marks of the live pages, notes, long busy states, messages, cards."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.api.lead_serializers import (
    AssignSerializer,
    BusyCaseSerializer,
    BusyRouteSerializer,
    CardSerializer,
    ContactSerializer,
    MarksSerializer,
    MessageSerializer,
    NoteChangeSerializer,
    NoteSerializer,
    OutcomeSerializer,
    SentSerializer,
)
from adherence.models import AgentContact, BusyCase, BusyOutcome, BusyRoute, Note
from adherence.queries.agent_card import agent_card
from adherence.services import (
    NotTheAuthor,
    UnableToClose,
    UnableToNote,
    UnableToSend,
    assign_busy_case,
    close_busy_case,
    delete_note,
    edit_note,
    marks_now,
    reopen_busy_case,
    send_message,
    write_note,
)
from wfm.org.access_views import person_of
from wfm.org.models import Agent
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import IfMatchMixin, NotModifiedMixin
from wfm.web.api.views import ReadViewSet


class MarksView(NotModifiedMixin, APIView):
    """Marks of the live pages."""

    required_permission: ClassVar[dict[str, str]] = {"GET": "adherence.view"}

    @extend_schema(
        summary="What to show beside the live rows",
        description=(
            "What one agent does to each queue now, notes of the last day, open long busy states, "
            "and skills that nobody who is here has. Ask with If-None-Match: 304 while nothing changes."
        ),
        responses=MarksSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return them all; they are few."""
        return Response(MarksSerializer(marks_now(principal=request.user, at=now())).data)


class NoteFilter(filters.FilterSet):  # type: ignore[misc]
    """Which notes."""

    tag = filters.CharFilter(method="with_tag", help_text="Notes that carry this tag.")

    class Meta:
        model = Note
        fields: ClassVar[list[str]] = ["kind", "agent", "queue", "contact_id", "operational_date"]

    def with_tag(self, rows: QuerySet[Note], _name: str, value: str) -> QuerySet[Note]:
        """Keep notes with the tag."""
        return rows.filter(tags__contains=[value]) if value else rows


@extend_schema_view(
    list=extend_schema(summary="List notes, newest first"),
    retrieve=extend_schema(summary="Read a note"),
    create=extend_schema(summary="Write a note on a day, a stretch, an interval or a contact"),
    partial_update=extend_schema(summary="Change a note; only its author may"),
    destroy=extend_schema(summary="Delete a note; only its author may"),
)
class NoteViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """Notes and tags beside what happened."""

    queryset = Note.objects.select_related("author")
    serializer_class = NoteSerializer
    filterset_class = NoteFilter
    cursor_ordering = ("-created_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "note.view",
        "POST": "note.edit",
        "PATCH": "note.edit",
        "DELETE": "note.edit",
    }

    @extend_schema(request=NoteSerializer, responses={201: NoteSerializer})
    def create(self, request: Request) -> Response:
        """Write one."""
        form = NoteSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        person = person_of(request)
        if person is None:
            raise PermissionDenied(_("A note has an author: write it as a person, not with a key."))
        try:
            note = write_note(target=form.target(), words=form.words(), author=person, at=now())
        except UnableToNote as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(note).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NoteSerializer, responses=NoteSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change text and tags; what it is about stays."""
        del pk
        note = cast("Note", self.get_object())
        form = NoteSerializer(
            note, data=request.data, partial=True, context=self.get_serializer_context()
        )
        form.is_valid(raise_exception=True)
        try:
            edit_note(note=note, words=form.words(), editor=person_of(request), at=now())
        except NotTheAuthor as error:
            raise PermissionDenied(str(error)) from error
        except UnableToNote as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(note).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """204."""
        del pk
        try:
            delete_note(note=cast("Note", self.get_object()), editor=person_of(request))
        except NotTheAuthor as error:
            raise PermissionDenied(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="What a note said before, oldest first", responses=NoteChangeSerializer(many=True)
    )
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def history(self, request: Request, pk: str) -> Response:
        """From the audit, which no edit removes."""
        del request, pk
        events = Note.pgh_event_model.objects.filter(pgh_obj_id=self.get_object().pk)  # type: ignore[attr-defined]
        changes = [
            {
                "at": event.pgh_created_at,
                "change": event.pgh_label,
                "text": event.text,
                "tags": event.tags,
            }
            for event in events.order_by("pgh_id")
        ]
        return Response(NoteChangeSerializer(changes, many=True).data)


@extend_schema_view(
    list=extend_schema(summary="List who is sent for long busy states"),
    retrieve=extend_schema(summary="Read a route of long busy states"),
    create=extend_schema(summary="Add a route of long busy states"),
    partial_update=extend_schema(summary="Change a route of long busy states"),
    destroy=extend_schema(summary="Delete a route of long busy states"),
)
class BusyRouteViewSet(
    IdempotentMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ReadViewSet,
):
    """Troubleshooters by code and team."""

    queryset = BusyRoute.objects.all()
    serializer_class = BusyRouteSerializer
    filterset_fields = ("activity_code", "team", "troubleshooter")
    cursor_ordering = ("pk",)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "adherence.view",
        "POST": "adherence.edit",
        "PATCH": "adherence.edit",
        "DELETE": "adherence.edit",
    }


class BusyCaseFilter(filters.FilterSet):  # type: ignore[misc]
    """Which cases."""

    is_open = filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", help_text="Without outcome yet."
    )

    class Meta:
        model = BusyCase
        fields: ClassVar[list[str]] = ["agent", "assigned_to", "outcome"]


@extend_schema_view(
    list=extend_schema(summary="List long busy states, newest first"),
    retrieve=extend_schema(summary="Read a long busy state"),
)
class BusyCaseViewSet(IdempotentMixin, ReadViewSet):
    """Stretches beyond the limit of their code, who is sent, and what came of it."""

    queryset = BusyCase.objects.select_related("activity_code", "assigned_to", "closed_by")
    serializer_class = BusyCaseSerializer
    filterset_class = BusyCaseFilter
    cursor_ordering = ("-opened_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "adherence.view",
        "POST": "adherence.approve",
    }

    @extend_schema(
        summary="Close a long busy state with its outcome",
        description="409 where somebody has closed it already.",
        request=OutcomeSerializer,
        responses=BusyCaseSerializer,
    )
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Name the outcome, once."""
        del pk
        case = self.get_object()
        form = OutcomeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        outcome = BusyOutcome(form.validated_data["outcome"])
        comment = form.validated_data["comment"]
        if outcome == BusyOutcome.OTHER and not comment.strip():
            raise ValidationError({"comment": _("Say in the comment what the outcome was.")})
        try:
            close_busy_case(
                case_id=case.pk,
                outcome=outcome,
                comment=comment,
                closed_by=person_of(request),
                at=now(),
            )
        except UnableToClose as error:
            raise Conflict(str(error)) from error
        return self._answer(case)

    @extend_schema(
        summary="Take one's own outcome of a long busy state back",
        request=None,
        responses=BusyCaseSerializer,
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Undo."""
        del pk
        case = self.get_object()
        try:
            reopen_busy_case(case_id=case.pk, closed_by=person_of(request))
        except UnableToClose as error:
            raise Conflict(str(error)) from error
        return self._answer(case)

    @extend_schema(
        summary="Send somebody to a long busy state, or go oneself",
        request=AssignSerializer,
        responses=BusyCaseSerializer,
    )
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Assign; without a name to oneself."""
        del pk
        case = self.get_object()
        form = AssignSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = form.validated_data.get("user") or person_of(request)
        if chosen is None:
            raise ValidationError({"user": _("A key goes nowhere: name a person.")})
        try:
            assign_busy_case(case_id=case.pk, to=chosen, by=person_of(request), at=now())
        except UnableToClose as error:
            raise Conflict(str(error)) from error
        return self._answer(case)

    def _answer(self, case: Any) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=case.pk)).data)


class MessageView(IdempotentMixin, APIView):
    """Messages to agents."""

    required_permission: ClassVar[dict[str, str]] = {"POST": "notice.send"}

    @extend_schema(
        summary="Send a message to agents",
        request=MessageSerializer,
        responses={201: SentSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send; an agent who is not visible is not found."""
        form = MessageSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data["agents"]
        agents = list(Agent.objects.visible_to(request.user).filter(pk__in=wanted).order_by("pk"))
        if len(agents) != len(set(wanted)):
            raise ValidationError({"agents": _("One of these agents is not there.")})
        try:
            sent = send_message(
                agents=agents,
                text=form.validated_data["text"],
                sender=person_of(request),
                at=now(),
            )
        except UnableToSend as error:
            raise Conflict(str(error)) from error
        answer = {
            "agents": list(sent.agent_ids),
            "without_login": [agent.pk for agent in sent.without_login],
        }
        return Response(answer, status=status.HTTP_201_CREATED)


class CardView(NotModifiedMixin, APIView):
    """Presence and contact of one agent."""

    required_permission: ClassVar[dict[str, str]] = {"GET": "adherence.view"}

    @extend_schema(summary="Who an agent is and how to reach them", responses=CardSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the card."""
        agent = get_object_or_404(Agent.objects.visible_to(request.user), pk=pk)
        card = agent_card(agent=agent, principal=request.user, at=now())
        return Response(CardSerializer(card, context={"request": request}).data)


class ContactView(APIView):
    """How an agent is reached."""

    required_permission: ClassVar[dict[str, str]] = {"GET": "people.view", "PUT": "people.edit"}

    @extend_schema(summary="Read how an agent is reached", responses=ContactSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return it; empty where nothing is known."""
        return Response(ContactSerializer(self._contact(request, pk)).data)

    @extend_schema(
        summary="Write down how an agent is reached",
        request=ContactSerializer,
        responses=ContactSerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        """Write all of it."""
        form = ContactSerializer(self._contact(request, pk), data=request.data)
        form.is_valid(raise_exception=True)
        form.save()
        return Response(form.data)

    def _contact(self, request: Request, pk: int) -> AgentContact:
        agent = get_object_or_404(Agent.objects.visible_to(request.user), pk=pk)
        return AgentContact.objects.filter(agent=agent).first() or AgentContact(agent=agent)
