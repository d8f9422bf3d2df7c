"""Jobs over REST."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .cancelling import cancel
from .models import Job


class JobOut(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "done",
            "total",
            "message",
            "target_type",
            "target_id",
            "attempts",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class JobsView(ListAPIView):
    """Jobs, newest first: your own, or all with the permission to view jobs."""

    required_permissions = {"GET": "signed-in"}
    serializer_class = JobOut
    http_method_names = ["get", "head", "options"]
    queryset = Job.objects.none()

    def get_queryset(self) -> "QuerySet[Job]":
        return Job.objects.visible_to(self.request.user)


class JobView(APIView):
    """One job: its state and how far it is."""

    required_permissions = {"GET": "signed-in"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="jobs_retrieve", responses=JobOut)
    def get(self, request: Request, job_id: UUID) -> Response:
        job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
        return Response(JobOut(job).data)


class JobCancelView(APIView):
    """Ends a job before it is done."""

    required_permissions = {"POST": "signed-in"}

    @extend_schema(operation_id="job_cancel", request=None, responses=JobOut)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Only of kinds that leave nothing half done, and only by who asked for it."""
        job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
        ended = cancel(job, user=request.user, actor=request.actor)  # type: ignore[attr-defined]
        return Response(JobOut(ended).data)
