"""Provenance of versions over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.api.lookup import model_version
from registry.grants.gate import require_change

from . import services
from .origin import origin_of
from .serializers import AttestationIn, AttestationOut, ProvenanceOut


class AttestationsView(APIView):
    """Where a version comes from: attestations of builders, the job that registered it, the bundle it came in."""

    required_permissions = {"GET": "provenance.view_attestation", "POST": "provenance.add_attestation"}

    @extend_schema(operation_id="model_provenance", responses=ProvenanceOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "provenance")
        return Response(ProvenanceOut(origin_of(version)).data)

    @extend_schema(operation_id="model_attestation_add", request=AttestationIn, responses={201: AttestationOut})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Add what a builder signed; it is checked at once, and one that does not hold is kept with the reason."""
        version = model_version(request, name, number)
        require_change(request, version.model)
        data = AttestationIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.add_statement(version, data.validated_data["envelope"], actor=request.actor)
        return Response(AttestationOut(row).data, status.HTTP_201_CREATED)
