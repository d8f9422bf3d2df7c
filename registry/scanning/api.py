"""Scans of a version over REST."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.api.lookup import model_version
from registry.archives import file_of
from registry.grants.gate import require_change

from . import services
from .engine import RULES
from .keeping_back import PERMISSION
from .models import Inspection, Verdict
from .quarantined import quarantined_response
from .serializers import OpeningIn, ScanAndVerdictsOut, ScanOut

MOST_SHOWN = 100


class ScanView(APIView):
    """What the scanner says of a version, and every verdict there was."""

    required_permissions = {"GET": "scanning.view_inspection", "POST": "scanning.change_inspection"}

    @extend_schema(operation_id="model_scan", responses=ScanAndVerdictsOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "scan")
        scan = Inspection.objects.filter(artifact=version.artifact_id).first() or Inspection(version=version)
        verdicts = Verdict.objects.filter(inspection=version.artifact_id).order_by("-id")[:MOST_SHOWN]
        return Response(ScanAndVerdictsOut({"scan": scan, "rules": RULES, "verdicts": verdicts}).data)

    @extend_schema(operation_id="model_scan_again", request=None, responses={202: ScanOut})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Have the files and variants scanned again; what holds now holds until the verdict."""
        version = model_version(request, name, number)
        require_change(request, version.model)
        return Response(ScanOut(services.ask_for_version(version, actor=request.actor)).data, status.HTTP_202_ACCEPTED)


class QuarantinedFileView(APIView):
    """A file that the scanner holds, for who may open it, with a reason."""

    required_permissions = {"POST": PERMISSION}
    # Asked for again it is given and recorded again, as every download.
    answers_once_itself = True

    @extend_schema(
        operation_id="model_quarantined_file",
        request=OpeningIn,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, name: str, number: int) -> HttpResponseBase:
        """Give out the held file; the reason is recorded before the first byte."""
        version = model_version(request, name, number)
        data = OpeningIn(data=request.data)
        data.is_valid(raise_exception=True)
        path = data.validated_data["path"]
        artifact = file_of(version, path).artifact if path else version.artifact
        return quarantined_response(request, version, artifact, data.validated_data["reason"], actor=request.actor)
