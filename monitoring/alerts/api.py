"""REST views of alerts and channels."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from modelops.lib.errors import Invalid
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, AlertState, Severity

from . import services
from .audit_events import ALERT_VIEWED, CHANNEL_VIEWED
from .serializers import (
    AlertDetailOut,
    AlertIn,
    AlertOut,
    AlertsIn,
    ChannelChange,
    ChannelIn,
    ChannelOut,
    CommentIn,
    CommentOut,
    DeliveryOut,
    ReportedOut,
    SnoozeIn,
    TestOut,
)

CHANGE_ALERT = "monitoring.change_alert"
CHANGE_CHANNEL = "monitoring.change_alertchannel"


class AlertList(ListAPIView):
    """Alerts, newest first; a pipeline reports one by its key, and the same key counts up."""

    serializer_class = AlertOut
    required_permissions = {"GET": "monitoring.view_alert", "POST": "monitoring.add_alert"}
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        state, severity = (self.request.query_params.get(name, "") for name in ("state", "severity"))
        if state and state != "live" and state not in AlertState.values:
            raise Invalid(
                f"state is one of live, {', '.join(AlertState.values)}.", code="alert.unknown_state", field="state"
            )
        if severity and severity not in Severity.values:
            known = ", ".join(Severity.values)
            raise Invalid(f"severity is one of {known}.", code="alert.unknown_severity", field="severity")
        return Alert.objects.visible_to(self.request.user).narrowed(state=state, severity=severity)

    @extend_schema(
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=["live", *AlertState.values]),
            OpenApiParameter("severity", OpenApiTypes.STR, enum=Severity.values),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=AlertIn, responses={201: AlertOut})
    def post(self, request: Request) -> Response:
        data = AlertIn(data=request.data)
        data.is_valid(raise_exception=True)
        (alert,) = services.report_many([_report(data.validated_data)], actor=request.actor)
        return Response(AlertOut(alert).data, status.HTTP_201_CREATED)


class AlertBatch(APIView):
    """Takes up to a thousand reports at once: all of them, or none. One answer for each, in their order."""

    required_permissions = {"POST": "monitoring.add_alert"}

    @extend_schema(request=AlertsIn, responses={201: ReportedOut(many=True)})
    def post(self, request: Request) -> Response:
        data = AlertsIn(data=request.data)
        data.is_valid(raise_exception=True)
        reports = [_report(given) for given in data.validated_data["alerts"]]
        alerts = services.report_many(reports, actor=request.actor)
        return Response(ReportedOut(alerts, many=True).data, status.HTTP_201_CREATED)


def _report(given: Mapping[str, Any]) -> services.Report:
    return services.Report(**{**given, "severity": Severity(given["severity"])})


class AlertDetail(RetrieveAPIView):
    """One alert with its deliveries."""

    serializer_class = AlertDetailOut
    required_permissions = {"GET": "monitoring.view_alert"}
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.visible_to(self.request.user)

    def get_object(self) -> Alert:
        alert: Alert = super().get_object()
        record_reading(ALERT_VIEWED, alert, request=self.request, title=alert.title)
        return alert


class AlertAcknowledge(APIView):
    """Says that somebody looks after the alert."""

    required_permissions = {"POST": CHANGE_ALERT}

    @extend_schema(request=None, responses=AlertOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
        return Response(AlertOut(services.acknowledge(alert, actor=request.actor)).data)


class AlertResolve(APIView):
    """Says that the trouble is over."""

    required_permissions = {"POST": CHANGE_ALERT}

    @extend_schema(request=None, responses=AlertOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
        return Response(AlertOut(services.resolve(alert, actor=request.actor)).data)


class AlertSnooze(APIView):
    """Sends nothing about the alert until then; a rise in severity wakes it."""

    required_permissions = {"POST": CHANGE_ALERT}

    @extend_schema(request=SnoozeIn, responses=AlertOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
        data = SnoozeIn(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(AlertOut(services.snooze(alert, data.until(), actor=request.actor)).data)


class AlertTake(APIView):
    """Makes the caller the owner of the alert."""

    required_permissions = {"POST": CHANGE_ALERT}

    @extend_schema(request=None, responses=AlertOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
        return Response(AlertOut(services.take_over(alert, request.user, actor=request.actor)).data)


class AlertComments(APIView):
    """Writes a comment beside the alert."""

    required_permissions = {"POST": CHANGE_ALERT}

    @extend_schema(request=CommentIn, responses={201: CommentOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
        data = CommentIn(data=request.data)
        data.is_valid(raise_exception=True)
        made = services.comment(alert, data.validated_data["text"], actor=request.actor)
        return Response(CommentOut(made).data, status.HTTP_201_CREATED)


class DeliveryRepeat(APIView):
    """Sends a delivery that was given up once more, under the same id."""

    required_permissions = {"POST": CHANGE_CHANNEL}

    @extend_schema(request=None, responses=DeliveryOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        delivery = get_object_or_404(AlertDelivery.objects.visible_to(request.user), pk=pk)
        return Response(DeliveryOut(services.send_again(delivery, actor=request.actor)).data)


class ChannelList(ListAPIView):
    """Channels; a new one is stored with its settings sealed."""

    serializer_class = ChannelOut
    required_permissions = {"GET": "monitoring.view_alertchannel", "POST": "monitoring.add_alertchannel"}
    queryset = AlertChannel.objects.none()

    def get_queryset(self) -> QuerySet[AlertChannel]:
        return AlertChannel.objects.visible_to(self.request.user).prefetch_related("secret_settings")

    @extend_schema(request=ChannelIn, responses={201: ChannelOut})
    def post(self, request: Request) -> Response:
        data = ChannelIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        channel = services.create_channel(
            given["name"],
            given["kind"],
            given["config"],
            minimum_severity=Severity(given["minimum_severity"]),
            hours=data.hours(),
            texts=given["texts"],
            actor=request.actor,
        )
        return Response(ChannelOut(channel).data, status.HTTP_201_CREATED)


class ChannelDetail(RetrieveAPIView):
    """One channel; its texts can be changed."""

    serializer_class = ChannelOut
    required_permissions = {"GET": "monitoring.view_alertchannel", "PATCH": CHANGE_CHANNEL}
    queryset = AlertChannel.objects.none()

    def get_queryset(self) -> QuerySet[AlertChannel]:
        return AlertChannel.objects.visible_to(self.request.user).prefetch_related("secret_settings")

    def get_object(self) -> AlertChannel:
        channel: AlertChannel = super().get_object()
        record_reading(CHANNEL_VIEWED, channel, request=self.request, name=channel.name)
        return channel

    @extend_schema(request=ChannelChange, responses=ChannelOut)
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        channel = get_object_or_404(self.get_queryset(), pk=pk)
        data = ChannelChange(data=request.data)
        data.is_valid(raise_exception=True)
        if others := sorted(set(request.data) - set(data.fields)):
            raise Invalid(
                f"{str(others[0])[:50]} is not changed here; only texts are. Add another channel instead.",
                code="channel.fixed",
                field=str(others[0])[:50],
            )
        services.set_texts(channel, data.validated_data["texts"], actor=request.actor)
        return Response(ChannelOut(self.get_queryset().get(pk=pk)).data)


class ChannelTest(APIView):
    """Sends a test message now and tells how it went; takes up to ten seconds."""

    required_permissions = {"POST": CHANGE_CHANNEL}

    @extend_schema(request=None, responses=TestOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        channel = get_object_or_404(AlertChannel.objects.visible_to(request.user), pk=pk)
        return Response(TestOut(services.send_test(channel, actor=request.actor)).data)


class ChannelSwitch(APIView):
    """Switches a channel on or off."""

    required_permissions = {"POST": CHANGE_CHANNEL}
    enabled = True

    @extend_schema(request=None, responses=ChannelOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        channel = get_object_or_404(AlertChannel.objects.visible_to(request.user), pk=pk)
        return Response(ChannelOut(services.set_enabled(channel, self.enabled, actor=request.actor)).data)
