"""Data-subject requests over REST."""

import uuid

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading

from . import extending, services
from .audit_events import REQUEST_VIEWED
from .identity import services as identity
from .models import SubjectBundle, SubjectRequest
from .serializers import (
    NoteIn,
    ReasonIn,
    SubjectRequestDetailOut,
    SubjectRequestIn,
    SubjectRequestOut,
)

VIEW = "subjects.view_subjectrequest"
ADD = "subjects.add_subjectrequest"
CHANGE = "subjects.change_subjectrequest"
COLLECT = "subjects.add_subjectbundle"
DOWNLOAD = "subjects.view_subjectbundle"


def _requests(request: Request) -> QuerySet[SubjectRequest]:
    bundles = Prefetch("bundles", SubjectBundle.objects.defer("sealed"))
    return SubjectRequest.objects.visible_to(request.user).without_person().prefetch_related(bundles)


def _find(request: Request, request_id: uuid.UUID) -> SubjectRequest:
    return get_object_or_404(_requests(request), pk=request_id)


class SubjectRequests(ListAPIView):
    """The requests, newest first; POST takes one in and starts its clock."""

    required_permissions = {"GET": VIEW, "POST": ADD}
    serializer_class = SubjectRequestOut

    def get_queryset(self) -> QuerySet[SubjectRequest]:
        return SubjectRequest.objects.visible_to(self.request.user).without_person()

    @extend_schema(request=SubjectRequestIn, responses={201: SubjectRequestOut})
    def post(self, request: Request) -> Response:
        """Open a request."""
        data = SubjectRequestIn(data=request.data)
        data.is_valid(raise_exception=True)
        opened = services.open_request(
            data.validated_data["kind"],
            data.subject_of(),
            regime=data.validated_data["regime"].upper(),
            received_at=data.validated_data.get("received_at"),
            actor=request.actor,
        )
        return Response(SubjectRequestOut(opened).data, status=status.HTTP_201_CREATED)


class SubjectRequestDetail(APIView):
    """One request."""

    required_permissions = {"GET": VIEW}

    @extend_schema(responses=SubjectRequestDetailOut)
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        """Where the request stands, with its bundles."""
        found = _find(request, request_id)
        record_reading(REQUEST_VIEWED, found, request=request, reference=found.reference)
        return Response(SubjectRequestDetailOut(found).data)


class ConfirmIdentity(APIView):
    """The step before anything is disclosed."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(request=NoteIn, responses=SubjectRequestOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Record how the identity of the person was confirmed."""
        data = NoteIn(data=request.data)
        data.is_valid(raise_exception=True)
        found = _find(request, request_id)
        changed = services.confirm_identity(found, data.validated_data["note"], actor=request.actor)
        return Response(SubjectRequestOut(changed).data)


class SendIdentityLink(APIView):
    """Asking the person who they are."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_identity_link", request=None, responses=SubjectRequestOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Mail a link and a code; the clock stands still until they are used."""
        found = _find(request, request_id)
        identity.send(found, actor=request.actor)
        return Response(SubjectRequestOut(_find(request, request_id)).data)


class Extend(APIView):
    """More time, as the law allows it once."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="subject_request_extend", request=NoteIn, responses=SubjectRequestOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Extend the deadline with the reason that the person is told."""
        data = NoteIn(data=request.data)
        data.is_valid(raise_exception=True)
        changed = extending.extend(_find(request, request_id), data.validated_data["note"], actor=request.actor)
        return Response(SubjectRequestOut(changed).data)


class Collect(APIView):
    """The job that makes the bundle."""

    required_permissions = {"POST": COLLECT}

    @extend_schema(request=None, responses={202: SubjectRequestOut})
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Start collecting; ``job`` names the job to follow."""
        changed = services.collect(_find(request, request_id), actor=request.actor)
        return Response(SubjectRequestOut(changed).data, status=status.HTTP_202_ACCEPTED)


class Bundle(APIView):
    """The collected data."""

    required_permissions = {"GET": DOWNLOAD}

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, request_id: uuid.UUID) -> HttpResponse:
        """The newest bundle as a ZIP; each download is in the ledger before it begins."""
        return zip_response(services.download_bundle(_find(request, request_id), actor=request.actor))


class Answer(APIView):
    """The end of an answered request."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(request=NoteIn, responses=SubjectRequestOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Record how the request was answered."""
        data = NoteIn(data=request.data)
        data.is_valid(raise_exception=True)
        found = _find(request, request_id)
        changed = services.record_answer(found, data.validated_data["note"], actor=request.actor)
        return Response(SubjectRequestOut(changed).data)


class Refuse(APIView):
    """The end of a refused request."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(request=ReasonIn, responses=SubjectRequestOut)
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Refuse the request with the reason that the person is told."""
        data = ReasonIn(data=request.data)
        data.is_valid(raise_exception=True)
        changed = services.refuse(_find(request, request_id), data.validated_data["reason"], actor=request.actor)
        return Response(SubjectRequestOut(changed).data)


def zip_response(download: services.Download) -> HttpResponse:
    """The archive as an attachment that no cache keeps and no browser runs."""
    response = HttpResponse(download.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{download.filename}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
