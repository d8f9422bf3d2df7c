"""The registers over REST: the same rows, services and files as in the admin."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotFound

from . import serializers as shapes
from . import services
from .exports import MEDIA, as_answer
from .models import Breach, Consent, ProcessingActivity
from .people import unagreed_page

_R = "registers."


class ProcessingActivitiesView(ListAPIView):
    """Records of processing activities (GDPR Art. 30), newest first."""

    required_permissions = {"GET": f"{_R}view_processingactivity", "POST": f"{_R}add_processingactivity"}
    serializer_class = shapes.ActivityOut
    queryset = ProcessingActivity.objects.all()

    @extend_schema(
        operation_id="processing_activity_add", request=shapes.ActivityIn, responses={201: shapes.ActivityOut}
    )
    def post(self, request: Request) -> Response:
        """Add one, with every field that the article asks for."""
        data = shapes.ActivityIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.add_activity(data.validated_data, actor=request.actor)
        return Response(shapes.ActivityOut(row).data, status.HTTP_201_CREATED)


class ReviseActivityView(APIView):
    """Changing an activity; the ledger keeps which revision it became."""

    required_permissions = {"POST": f"{_R}change_processingactivity"}

    @extend_schema(
        operation_id="processing_activity_revise", request=shapes.ActivityRevisionIn, responses=shapes.ActivityOut
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """What is left out stays as it is."""
        row = get_object_or_404(ProcessingActivity, pk=pk)
        data = shapes.ActivityRevisionIn(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            shapes.ActivityOut(services.revise_activity(row, data.validated_data, actor=request.actor)).data
        )


def _as_file(register: str, request: Request) -> HttpResponse:
    return as_answer(register, request.query_params.get("as", "csv"), actor=request.actor)


_FORM = OpenApiParameter("as", str, enum=[*MEDIA], description="csv unless said otherwise.")
_FILES: Any = {(200, "text/csv"): str, (200, "application/json"): dict, (200, "application/pdf"): OpenApiTypes.BINARY}


class ExportActivitiesView(APIView):
    """Art. 30 as a file."""

    required_permissions = {"GET": f"{_R}view_processingactivity"}

    @extend_schema(operation_id="processing_activities_export", parameters=[_FORM], responses=_FILES)
    def get(self, request: Request) -> HttpResponse:
        """The whole register as one file; the ledger tells who took it."""
        return _as_file("activities", request)


class ExportBreachesView(APIView):
    """Art. 33 as a file."""

    required_permissions = {"GET": f"{_R}view_breach"}

    @extend_schema(operation_id="breaches_export", parameters=[_FORM], responses=_FILES)
    def get(self, request: Request) -> HttpResponse:
        """The whole register as one file; the ledger tells who took it."""
        return _as_file("breaches", request)


class ConsentsView(ListAPIView):
    """Consents and their withdrawals, newest first, without the people: they are found by subject requests."""

    required_permissions = {"GET": f"{_R}view_consent", "POST": f"{_R}add_consent"}
    serializer_class = shapes.ConsentOut

    def get_queryset(self) -> "QuerySet[Consent]":
        return Consent.objects.defer("subject").select_related("activity")

    @extend_schema(operation_id="consent_give", request=shapes.ConsentIn, responses={201: shapes.ConsentOut})
    def post(self, request: Request) -> Response:
        """Record that a person agreed to an activity that stands on consent."""
        data = shapes.ConsentIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        activity = _activity(given["activity"])
        row = services.give_consent(
            activity, given["subject"], text_version=given["text_version"], source=given["source"], actor=request.actor
        )
        return Response(shapes.ConsentOut(row).data, status.HTTP_201_CREATED)


class WithoutConsentView(APIView):
    """Who is in data of an activity that stands on consent and has none in force, by reference."""

    required_permissions = {"GET": f"{_R}view_consent"}

    @extend_schema(
        operation_id="people_without_consent",
        parameters=[OpenApiParameter("after", str, description="The reference to go on after: next_after.")],
        responses=shapes.UnagreedPageOut,
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """A page of 50, as on the activity's page; an activity on another basis lists nobody."""
        row = get_object_or_404(ProcessingActivity, pk=pk)
        page = unagreed_page(row, after=request.query_params.get("after", ""))
        return Response(shapes.UnagreedPageOut(page).data)


class WithdrawConsentView(APIView):
    """A person takes back what they agreed to; training and promotion on it stop."""

    required_permissions = {"POST": f"{_R}change_consent"}

    @extend_schema(
        operation_id="consent_withdraw", request=shapes.ConsentWithdrawalIn, responses=shapes.ConsentWithdrawalOut
    )
    def post(self, request: Request) -> Response:
        """Every consent of the person to the activity ends."""
        data = shapes.ConsentWithdrawalIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        activity = _activity(given["activity"])
        many = services.withdraw_consent(activity, given["subject"], source=given["source"], actor=request.actor)
        return Response({"withdrawn": many})


class BreachesView(ListAPIView):
    """Breaches of personal data with their clocks, newest first."""

    required_permissions = {"GET": f"{_R}view_breach", "POST": f"{_R}add_breach"}
    serializer_class = shapes.BreachOut
    queryset = Breach.objects.all()

    @extend_schema(operation_id="breach_open", request=shapes.BreachIn, responses={201: shapes.BreachOut})
    def post(self, request: Request) -> Response:
        """The clock of 72 hours runs from the moment since which it is known."""
        data = shapes.BreachIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.open_breach(data.validated_data, actor=request.actor)
        return Response(shapes.BreachOut(row).data, status.HTTP_201_CREATED)


class DecideBreachView(APIView):
    """Whether the authority was notified."""

    required_permissions = {"POST": f"{_R}change_breach"}

    @extend_schema(operation_id="breach_decide", request=shapes.BreachDecisionIn, responses=shapes.BreachOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The decision stays."""
        row = get_object_or_404(Breach, pk=pk)
        data = shapes.BreachDecisionIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        return Response(
            shapes.BreachOut(services.decide_breach(row, given["state"], given["reason"], actor=request.actor)).data
        )


class BreachLogView(APIView):
    """The timeline of a breach; lines are never changed."""

    required_permissions = {"POST": f"{_R}change_breach"}

    @extend_schema(operation_id="breach_log", request=shapes.BreachEntryIn, responses={201: shapes.BreachEntryOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Write a line."""
        row = get_object_or_404(Breach, pk=pk)
        data = shapes.BreachEntryIn(data=request.data)
        data.is_valid(raise_exception=True)
        entry = services.write_log(row, data.validated_data["text"], actor=request.actor)
        return Response(shapes.BreachEntryOut(entry).data, status.HTTP_201_CREATED)


def _activity(name: str) -> ProcessingActivity:
    row = ProcessingActivity.objects.filter(name=name.replace("\x00", "")).first()
    if row is None:
        raise NotFound(f"There is no processing activity {name!r}; add it first.", code="activity.not_found")
    return row
