"""Where a person is, and their erasure, over REST."""

import uuid

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from modelops.lib.errors import NotFound

from .. import places
from ..audit_events import REQUEST_VIEWED
from ..models import ErasurePlan, SubjectRequest
from . import approving, holds, planning
from .audit_events import CERTIFICATE_READ
from .serializers import DecisionIn, ErasurePlanOut, HoldIn, LegalHoldOut, PersonPlacesOut

VIEW = "subjects.view_subjectrequest"
CHANGE = "subjects.change_subjectrequest"
APPROVE = "subjects.approve_erasure"


def _request(request: Request, request_id: uuid.UUID) -> SubjectRequest:
    return get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=request_id)


def _shown(request: SubjectRequest) -> ErasurePlan:
    """The plan that counts. Raises NotFound where nothing was previewed."""
    plan = approving.plan_of(request)
    if plan is None:
        raise NotFound(f"Nothing is previewed for {request} yet; preview the erasure first.", code="erasure.no_preview")
    return plan


def _told(plan: ErasurePlan, code: int = status.HTTP_200_OK) -> Response:
    return Response(ErasurePlanOut(plan).data, status=code)


class PlacesView(APIView):
    """Everything that is known of the person of a request."""

    required_permissions = {"GET": VIEW}

    @extend_schema(operation_id="subject_request_places", responses=PersonPlacesOut)
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        """Rows by class, files with rows, and each model trained on them with where it is live."""
        found = _request(request, request_id)
        with transaction.atomic():
            shown = places.show(found, actor=request.actor)
        return Response(PersonPlacesOut(shown).data)


class ErasureView(APIView):
    """The erasure of a request."""

    required_permissions = {"GET": VIEW, "POST": CHANGE}

    @extend_schema(operation_id="subject_request_erasure", responses=ErasurePlanOut)
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        """What was previewed and what became of it."""
        found = _request(request, request_id)
        plan = _shown(found)
        record_reading(REQUEST_VIEWED, found, request=request, reference=found.reference)
        return _told(plan)

    @extend_schema(operation_id="subject_request_erasure_preview", request=None, responses={201: ErasurePlanOut})
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Preview: look everywhere and say what would be erased. Nothing is changed."""
        found = _request(request, request_id)
        return _told(planning.preview(found, actor=request.actor), status.HTTP_201_CREATED)


class DecisionsView(APIView):
    """What happens to models that learnt from the person."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_erasure_decide", request=DecisionIn, responses=ErasurePlanOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Decide: retrain, exclude or accept."""
        data = DecisionIn(data=request.data)
        data.is_valid(raise_exception=True)
        found = _request(request, request_id)
        said = data.validated_data
        planning.decide(approving.require_plan(found), said["target"], said["decision"], actor=request.actor)
        return _told(approving.require_plan(found))


class ApproveView(APIView):
    """The second person's word."""

    required_permissions = {"POST": APPROVE}

    @extend_schema(operation_id="subject_request_erasure_approve", request=None, responses=ErasurePlanOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Approve what somebody else previewed."""
        plan = approving.require_plan(_request(request, request_id))
        return _told(approving.approve(plan, actor=request.actor))


class ExecuteView(APIView):
    """The work."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_erasure_execute", request=None, responses={202: ErasurePlanOut})
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Begin, or go on after it stopped; ``job`` names the job to follow."""
        plan = approving.require_plan(_request(request, request_id))
        return _told(approving.execute(plan, actor=request.actor), status.HTTP_202_ACCEPTED)


class CertificateView(APIView):
    """The proof."""

    required_permissions = {"GET": VIEW}

    @extend_schema(operation_id="subject_request_erasure_certificate", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, request_id: uuid.UUID) -> HttpResponse:
        """The signed certificate."""
        found = _request(request, request_id)
        plan = _shown(found)
        answer = certificate_response(plan)
        record_reading(CERTIFICATE_READ, found, request=request, strict=True, reference=found.reference)
        return answer


class HoldsView(APIView):
    """What the law keeps of the person, or of everybody."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_hold", request=HoldIn, responses={201: LegalHoldOut})
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Keep one class of data from erasure; preview again afterwards."""
        data = HoldIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        found = _request(request, request_id)
        hold = holds.set_hold(
            said["data_class"],
            said["basis"],
            said["recheck_on"],
            request=None if said["everybody"] else found,
            actor=request.actor,
        )
        return Response(LegalHoldOut(hold).data, status=status.HTTP_201_CREATED)


def certificate_response(plan: ErasurePlan) -> HttpResponse:
    """The certificate as a file that no cache keeps. Raises NotFound before there is one."""
    if not plan.certificate:
        raise NotFound(
            f"{plan} is {plan.get_state_display().lower()}: the certificate is made when everything was swept.",
            code="erasure.no_certificate",
        )
    response = HttpResponse(plan.certificate, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{plan.request.reference}-certificate.json"'
    response["Cache-Control"] = "no-store"
    return response
