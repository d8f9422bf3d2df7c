"""Promotions over REST: a pipeline asks, people decide; the same services as in the portal and the admin."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from registry import viewing
from registry.api.lookup import model_named, model_version
from registry.grants.gate import require_change

from . import audit_events as events
from . import best, deciding, policies, requesting
from .boxes import in_box
from .models import Promotion
from .overrides import asked_month, overrides_of
from .serializers import (
    ApprovalIn,
    BestPromotionOut,
    OverrideOut,
    PolicySerializer,
    PromotionIn,
    PromotionOut,
    RejectionIn,
)

_BOX = OpenApiParameter("box", str, description="for_me, mine, waiting or decided; all without it.")


class PromotionsView(ListAPIView):
    """Promotions of the models that the caller may see, newest first."""

    required_permissions = {"GET": "promotion.view_promotion"}
    serializer_class = PromotionOut
    queryset = Promotion.objects.none()

    def get_queryset(self) -> "QuerySet[Promotion]":
        rows = in_box(self.request.user, self.request.query_params.get("box", ""))
        return rows.select_related("model").prefetch_related("approvals")

    @extend_schema(operation_id="promotions_list", parameters=[_BOX])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ModelPromotionsView(ListAPIView):
    """Promotions of one model."""

    required_permissions = {"GET": "promotion.view_promotion", "POST": "promotion.add_promotion"}
    serializer_class = PromotionOut
    queryset = Promotion.objects.none()

    def get_queryset(self) -> "QuerySet[Promotion]":
        model = model_named(self.request, self.kwargs["name"])
        rows = Promotion.objects.visible_to(self.request.user).filter(model=model)
        return rows.select_related("model").prefetch_related("approvals")

    @extend_schema(operation_id="model_promotions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="model_promotion_request", request=PromotionIn, responses={201: PromotionOut})
    def post(self, request: Request, name: str) -> Response:
        """Ask that a protected alias moves to a version. 409 names the gates that refuse and why."""
        data = PromotionIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        version = model_version(request, name, given["version"])
        require_change(request, version.model)
        promotion = requesting.request(
            version,
            given["alias"],
            reason=given["reason"],
            override_reason=given["override_reason"],
            actor=request.actor,
        )
        return Response(PromotionOut(promotion).data, status.HTTP_201_CREATED)


class BestPromotionView(APIView):
    """Which version "promote best" would mean, for whoever may ask for its promotion."""

    required_permissions = {"GET": "promotion.add_promotion"}

    @extend_schema(
        operation_id="model_promotion_best",
        parameters=[OpenApiParameter("alias", str, description="Default: production.")],
        responses=BestPromotionOut,
    )
    def get(self, request: Request, name: str) -> Response:
        """The version, why it, and what the gates say; ask for its promotion by its number."""
        model = model_named(request, name)
        require_change(request, model)
        found = best.pick(model, request.query_params.get("alias", "production")[:100])
        viewing.version(request, found.version, "best")
        said = {"version": found.version.number, "why": found.why, "live": found.live, "gates": found.outcomes}
        return Response(BestPromotionOut(said).data)


class PromotionView(APIView):
    """One promotion."""

    required_permissions = {"GET": "promotion.view_promotion"}

    @extend_schema(operation_id="promotion", responses=PromotionOut)
    def get(self, request: Request, promotion_id: uuid.UUID) -> Response:
        promotion = _promotion(request, promotion_id)
        record_reading(events.VIEWED, promotion, request=request, **events.about(promotion))
        return Response(PromotionOut(promotion).data)


class ApproveView(APIView):
    """One person's word for exactly what was asked for."""

    required_permissions = {"POST": "promotion.approve_promotion"}

    @extend_schema(operation_id="promotion_approve", request=ApprovalIn, responses=PromotionOut)
    def post(self, request: Request, promotion_id: uuid.UUID) -> Response:
        """Approve; the last approval that is needed moves the alias, when every gate says yes again."""
        data = ApprovalIn(data=request.data)
        data.is_valid(raise_exception=True)
        promotion = _promotion(request, promotion_id)
        done = deciding.approve(promotion, digest=data.validated_data["payload_digest"], actor=request.actor)
        return Response(PromotionOut(done).data)


class RejectView(APIView):
    """The end of a request, with the reason."""

    required_permissions = {"POST": "promotion.approve_promotion"}

    @extend_schema(operation_id="promotion_reject", request=RejectionIn, responses=PromotionOut)
    def post(self, request: Request, promotion_id: uuid.UUID) -> Response:
        data = RejectionIn(data=request.data)
        data.is_valid(raise_exception=True)
        done = deciding.reject(_promotion(request, promotion_id), data.validated_data["reason"], actor=request.actor)
        return Response(PromotionOut(done).data)


class WithdrawView(APIView):
    """Takes one's own request back."""

    required_permissions = {"POST": "promotion.add_promotion"}

    @extend_schema(operation_id="promotion_withdraw", request=None, responses=PromotionOut)
    def post(self, request: Request, promotion_id: uuid.UUID) -> Response:
        done = requesting.withdraw(_promotion(request, promotion_id), actor=request.actor)
        return Response(PromotionOut(done).data)


class PolicyView(APIView):
    """What a model demands of a promotion."""

    required_permissions = {
        "GET": "promotion.view_promotionpolicy",
        "PUT": "promotion.change_promotionpolicy",
    }

    @extend_schema(operation_id="model_promotion_policy", responses=PolicySerializer)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.model(request, model, "promotion policy")
        return Response(PolicySerializer(policies.policy_for(model)).data)

    @extend_schema(operation_id="model_promotion_policy_set", request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, name: str) -> Response:
        """Put a new policy in force; promotions that wait are outdated by it."""
        model = model_named(request, name)
        data = PolicySerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(PolicySerializer(policies.set_policy(model, data.as_policy(), actor=request.actor)).data)


class OverridesView(APIView):
    """The report of overridden gates."""

    required_permissions = {"GET": "promotion.view_promotion"}

    @extend_schema(
        operation_id="promotion_overrides",
        parameters=[OpenApiParameter("month", str, description="As 2026-11; this month without it.")],
        responses=OverrideOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """Promotions of a month that passed a failed gate by, newest first, at most 1,000."""
        month = asked_month(request.query_params.get("month", ""))
        rows = overrides_of(request.user, month)
        record_reading(events.OVERRIDES_READ, request=request, month=f"{month:%Y-%m}", rows=len(rows))
        return Response(OverrideOut(rows, many=True).data)


def _promotion(request: Request, key: uuid.UUID) -> Promotion:
    return get_object_or_404(Promotion.objects.visible_to(request.user).select_related("model"), pk=key)
