"""REST views of silences and escalation chains."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid
from monitoring.models.alert_policy import AlertSilence, EscalationChain
from monitoring.models.alerts import AlertChannel, Severity

from . import services
from .serializers import ChainIn, ChainOut, SilenceIn, SilenceOut

CHANGE_SILENCE = "monitoring.change_alertsilence"
CHANGE_CHAIN = "monitoring.change_escalationchain"


class SilenceList(ListAPIView):
    """Silences, newest first; a new one holds back messages until its end."""

    serializer_class = SilenceOut
    required_permissions = {"GET": "monitoring.view_alertsilence", "POST": "monitoring.add_alertsilence"}
    queryset = AlertSilence.objects.none()

    def get_queryset(self) -> QuerySet[AlertSilence]:
        return AlertSilence.objects.visible_to(self.request.user)

    @extend_schema(request=SilenceIn, responses={201: SilenceOut})
    def post(self, request: Request) -> Response:
        data = SilenceIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        silence = services.create_silence(
            given["reason"],
            [dict(one) for one in given["matchers"]],
            while_matchers=[dict(one) for one in given.get("while_matchers", [])],
            starts_at=given.get("starts_at"),
            ends_at=given["ends_at"],
            actor=request.actor,
        )
        return Response(SilenceOut(silence).data, status.HTTP_201_CREATED)


class SilenceEnd(APIView):
    """Ends a silence now."""

    required_permissions = {"POST": CHANGE_SILENCE}

    @extend_schema(request=None, responses=SilenceOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        silence = get_object_or_404(AlertSilence.objects.visible_to(request.user), pk=pk)
        return Response(SilenceOut(services.end_silence(silence, actor=request.actor)).data)


class ChainList(ListAPIView):
    """Escalation chains."""

    serializer_class = ChainOut
    required_permissions = {"GET": "monitoring.view_escalationchain", "POST": "monitoring.add_escalationchain"}
    queryset = EscalationChain.objects.none()

    def get_queryset(self) -> QuerySet[EscalationChain]:
        return EscalationChain.objects.visible_to(self.request.user).prefetch_related("steps__channel")

    @extend_schema(request=ChainIn, responses={201: ChainOut})
    def post(self, request: Request) -> Response:
        data = ChainIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        names = [step["channel"] for step in given["steps"]]
        channels = {one.name: one for one in AlertChannel.objects.visible_to(request.user).filter(name__in=names)}
        for name in names:
            if name not in channels:
                raise Invalid(f"There is no channel {name}.", code="chain.unknown_channel", field="steps")
        chain = services.create_chain(
            given["name"],
            [(channels[step["channel"]], step["after_s"]) for step in given["steps"]],
            minimum_severity=Severity(given["minimum_severity"]),
            matchers=[dict(one) for one in given.get("matchers", [])],
            actor=request.actor,
        )
        return Response(ChainOut(chain).data, status.HTTP_201_CREATED)


class ChainDisable(APIView):
    """Switches a chain off."""

    required_permissions = {"POST": CHANGE_CHAIN}

    @extend_schema(request=None, responses=ChainOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        chain = get_object_or_404(EscalationChain.objects.visible_to(request.user), pk=pk)
        return Response(ChainOut(services.disable_chain(chain, actor=request.actor)).data)
