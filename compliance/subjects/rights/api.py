"""Rectification, restriction, objection and the review of a decision, over REST."""

import uuid
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading

from ..audit_events import REQUEST_VIEWED
from ..models import SubjectRequest
from ..serializers import SubjectRequestOut
from . import services
from .serializers import DecidedOut, DecisionReviewIn, RectificationIn, RectificationOut, RestrictionOut

VIEW = "subjects.view_subjectrequest"
CHANGE = "subjects.change_subjectrequest"


def _request(request: Request, request_id: uuid.UUID) -> SubjectRequest:
    return get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=request_id)


def _told(request: SubjectRequest) -> dict[str, Any]:
    said = {"reference": request.reference, "is_restricted": services.is_restricted(request)}
    return dict(RestrictionOut(said).data)


class RectifyView(APIView):
    """A correction."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_rectify", request=RectificationIn, responses=RectificationOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Correct one field of the person's data; owners of datasets with rows of the person are told by mail."""
        data = RectificationIn(data=request.data)
        data.is_valid(raise_exception=True)
        found = _request(request, request_id)
        rows = services.rectify(found, data.validated_data["field"], data.validated_data["value"], actor=request.actor)
        return Response(RectificationOut({"rows": rows}).data)


class RestrictView(APIView):
    """A restriction, or what an objection begins."""

    required_permissions = {"POST": CHANGE, "DELETE": CHANGE}

    @extend_schema(operation_id="subject_request_restrict", request=None, responses=RestrictionOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Keep the person's data from use: training on it is refused, and promotion of what was trained on it."""
        changed = services.restrict(_request(request, request_id), actor=request.actor)
        return Response(_told(changed))

    @extend_schema(operation_id="subject_request_restriction_lift", responses=RestrictionOut)
    def delete(self, request: Request, request_id: uuid.UUID) -> Response:
        """Lift a restriction, of which the person was told before."""
        changed = services.lift(_request(request, request_id), actor=request.actor)
        return Response(_told(changed))


class PersonDecisionsView(APIView):
    """What models decided about the person, and a person's second look at it."""

    required_permissions = {"GET": VIEW, "POST": CHANGE}

    @extend_schema(operation_id="subject_request_decisions", responses=DecidedOut(many=True))
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        """The newest decisions, at most two hundred of each app."""
        found = _request(request, request_id)
        with transaction.atomic():
            record_reading(REQUEST_VIEWED, found, request=request, reference=found.reference)
        return Response(DecidedOut(services.decisions(found), many=True).data)

    @extend_schema(
        operation_id="subject_request_decision_review", request=DecisionReviewIn, responses=SubjectRequestOut
    )
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Record that a person looked at a decision again, and whether it stands."""
        data = DecisionReviewIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        changed = services.review_decision(
            _request(request, request_id), said["decision"], said["outcome"], actor=request.actor
        )
        return Response(SubjectRequestOut(changed).data)
