"""Retention over REST."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid

from . import changing, services
from .installed import policies, policy_of
from .models import PolicyChange, RetentionRun
from .serializers import (
    RetentionChangeIn,
    RetentionChangeOut,
    RetentionPolicyOut,
    RetentionPreviewOut,
    RetentionRunIn,
    RetentionRunOut,
)

VIEW, ASK, DECIDE = "retention.view_retentionpolicy", "retention.add_policychange", "retention.change_policychange"
VIEW_RUNS, RUN = "retention.view_retentionrun", "retention.add_retentionrun"


class RetentionPolicies(APIView):
    """The policy of each class of data."""

    required_permissions = {"GET": VIEW}

    @extend_schema(operation_id="retention_policies_list", responses=RetentionPolicyOut(many=True))
    def get(self, request: Request) -> Response:
        """Period, action, basis and hold, with how much is past its date now."""
        return Response(RetentionPolicyOut(policies(), many=True).data)


class RetentionPreview(APIView):
    """What a period would mean."""

    required_permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="retention_policies_preview",
        parameters=[OpenApiParameter("days", int, required=True)],
        responses=RetentionPreviewOut,
    )
    def get(self, request: Request, data_class: str) -> Response:
        """How many rows would be past their date under ``days``."""
        asked = request.query_params.get("days", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 9):
            raise Invalid("Say how many days, as ?days=365.", code="retention.bad_period", field="days")
        return Response({"days": int(asked), "affected": changing.preview(policy_of(data_class), int(asked))})


class PolicyChanges(APIView):
    """Asking for a change of a policy."""

    required_permissions = {"POST": ASK}

    @extend_schema(
        operation_id="retention_policies_change", request=RetentionChangeIn, responses={201: RetentionChangeOut}
    )
    def post(self, request: Request, data_class: str) -> Response:
        """Ask; somebody else approves within a week. The answer says how many rows are past their date under it."""
        data = RetentionChangeIn(data=request.data)
        data.is_valid(raise_exception=True)
        change = changing.ask(policy_of(data_class), **data.validated_data, actor=request.actor)
        return Response(RetentionChangeOut(change).data, status=status.HTTP_201_CREATED)


class ApproveChange(APIView):
    """The second person's yes."""

    required_permissions = {"POST": DECIDE}

    @extend_schema(operation_id="retention_changes_approve", request=None, responses=RetentionPolicyOut)
    def post(self, request: Request, change_id: uuid.UUID) -> Response:
        """Make the policy what was asked for."""
        change = get_object_or_404(PolicyChange, pk=change_id)
        return Response(RetentionPolicyOut(changing.approve(change, actor=request.actor)).data)


class WithdrawChange(APIView):
    """Taking a change back."""

    required_permissions = {"POST": DECIDE}

    @extend_schema(operation_id="retention_changes_withdraw", request=None, responses=RetentionChangeOut)
    def post(self, request: Request, change_id: uuid.UUID) -> Response:
        """Withdraw or refuse it."""
        change = get_object_or_404(PolicyChange, pk=change_id)
        return Response(RetentionChangeOut(changing.withdraw(change, actor=request.actor)).data)


class RetentionRuns(ListAPIView):
    """Dry runs and removals, newest first; POST starts one."""

    required_permissions = {"GET": VIEW_RUNS, "POST": RUN}
    serializer_class = RetentionRunOut

    def get_queryset(self) -> QuerySet[RetentionRun]:
        return RetentionRun.objects.all()

    @extend_schema(request=RetentionRunIn, responses={201: RetentionRunOut})
    def post(self, request: Request) -> Response:
        """A dry run, or with ``execute`` and the confirmation a removal. A worker does it."""
        data = RetentionRunIn(data=request.data)
        data.is_valid(raise_exception=True)
        run = services.start_run(**data.validated_data, actor=request.actor)
        return Response(RetentionRunOut(run).data, status=status.HTTP_201_CREATED)
