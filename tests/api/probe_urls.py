"""A view made of the API's parts, for the tests of the parts."""

from django.urls import path
from rest_framework import mixins, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from wfm.org.models import Client
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import IfMatchMixin
from wfm.web.api.views import ReadViewSet


class ClientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Client
        fields = ["id", "key", "name", "timezone"]


class ClientViewSet(
    IdempotentMixin,
    IfMatchMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ReadViewSet,
):
    queryset = Client.objects.all()
    serializer_class = ClientSerializer
    required_permission = dict.fromkeys(["GET", "POST", "PUT", "PATCH", "DELETE"], "org.view")
    cursor_ordering = ("name", "pk")

    def perform_create(self, serializer):
        serializer.save()
        if serializer.instance.key == "clash":
            raise Conflict("This client clashes.")
        if serializer.instance.key == "boom":
            raise RuntimeError("not for the caller's eyes")


class StrictView(IdempotentMixin, APIView):
    idempotency_key_required = True
    required_permission = {"POST": "org.view"}

    def post(self, request):
        return Response(status=204)


class InstantSerializer(serializers.Serializer):
    at = InstantField()


class InstantView(APIView):
    required_permission = {"POST": "org.view"}

    def post(self, request):
        body = InstantSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"at": body.validated_data["at"].isoformat()})


class ForgetfulView(APIView):
    """Names no permission."""

    def get(self, request):
        return Response({})


urlpatterns = [
    path("probe/clients/", ClientViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "probe/clients/<int:pk>/",
        ClientViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("probe/strict/", StrictView.as_view()),
    path("probe/instant/", InstantView.as_view()),
    path("probe/forgetful/", ForgetfulView.as_view()),
]
