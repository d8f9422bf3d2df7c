"""REST views of alert rules."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from monitoring.alerts.audit_events import RULE_TRIED, RULE_VIEWED
from monitoring.models.alert_rules import AlertRule

from . import services
from .serializers import RuleIn, RuleOut, TrialIn, TrialOut

ADD_RULE, CHANGE_RULE = "monitoring.add_alertrule", "monitoring.change_alertrule"


class RuleList(ListAPIView):
    """Alert rules by name."""

    serializer_class = RuleOut
    required_permissions = {"GET": "monitoring.view_alertrule", "POST": ADD_RULE}
    queryset = AlertRule.objects.none()

    def get_queryset(self) -> QuerySet[AlertRule]:
        return AlertRule.objects.visible_to(self.request.user).select_related("standing")

    @extend_schema(request=RuleIn, responses={201: RuleOut})
    def post(self, request: Request) -> Response:
        data = RuleIn(data=request.data)
        data.is_valid(raise_exception=True)
        rule = services.create_rule(data.validated_data["name"], data.settings(), actor=request.actor)
        return Response(RuleOut(rule).data, status.HTTP_201_CREATED)


class RuleDetail(RetrieveAPIView):
    """One rule and where it stands."""

    serializer_class = RuleOut
    required_permissions = {"GET": "monitoring.view_alertrule"}
    queryset = AlertRule.objects.none()

    def get_queryset(self) -> QuerySet[AlertRule]:
        return AlertRule.objects.visible_to(self.request.user).select_related("standing")

    def get_object(self) -> AlertRule:
        rule: AlertRule = super().get_object()
        record_reading(RULE_VIEWED, rule, request=self.request, name=rule.name)
        return rule


class RuleSwitch(APIView):
    """Switches a rule on or off."""

    required_permissions = {"POST": CHANGE_RULE}
    enabled = True

    @extend_schema(request=None, responses=RuleOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        rule = get_object_or_404(AlertRule.objects.visible_to(request.user), pk=pk)
        return Response(RuleOut(services.switch_rule(rule, self.enabled, actor=request.actor)).data)


class RuleTrial(APIView):
    """Tells what a rule would have done over the last thirty days; nothing is stored."""

    required_permissions = {"POST": ADD_RULE}

    @extend_schema(request=TrialIn, responses=TrialOut)
    def post(self, request: Request) -> Response:
        data = TrialIn(data=request.data)
        data.is_valid(raise_exception=True)
        trial = services.back_test(data.settings())
        series = data.validated_data["series"]
        record_reading(RULE_TRIED, ("monitoring.alertrule", "trial"), request=request, series=series)
        fired = [{"opened_at": opened, "ended_at": ended} for opened, ended in trial.fired]
        return Response(TrialOut({"values": len(trial.values), "alerts": fired}).data)
