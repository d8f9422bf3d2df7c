"""Bundles over REST."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid
from modelops.rest.permissions import SIGNED_IN
from registry.api.adding import FILE_PARAMETERS, FORM, JSON, RAW, SEALED, add_once, checked
from registry.api.downloading import DOWNLOAD
from registry.api.lookup import model_named, model_version
from registry.grants.gate import require_change
from registry.serializers import ModelVersionOut
from registry.uploads.serializers import FromUploadIn
from registry.uploads.sources import Sent

from .exporting import MEDIA_TYPE
from .handing_out import bundle_response, keys_response, program_response
from .importing import import_bundle
from .serializers import BundleFileIn

_PARAMETERS = OpenApiParameter(
    "parameters", bool, description="true: with the decrypted parameters, for who may read them."
)


class BundleView(APIView):
    """A version as one signed archive: files, metrics, lineage, aliases, signatures and attestations."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "options"]

    @extend_schema(
        operation_id="model_bundle_retrieve",
        parameters=[_PARAMETERS],
        responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        """verify_bundle.py checks it anywhere with the public key alone."""
        asked = request.query_params.get("parameters", "false")
        if asked not in {"true", "false"}:
            raise Invalid("parameters is true or false.", code="bundle.bad_parameters", field="parameters")
        version = model_version(request, name, number)
        return bundle_response(request, version, with_parameters=asked == "true", actor=request.actor)


class BundlesView(APIView):
    """Takes a bundle in as the next version of a model."""

    required_permissions = {"POST": "bundles.add_importedbundle"}
    parser_classes = [MultiPartParser, JSONParser]
    answers_once_itself = True

    @extend_schema(
        operation_id="model_bundle_import",
        parameters=FILE_PARAMETERS,
        request={FORM: BundleFileIn, JSON: FromUploadIn, RAW: OpenApiTypes.BINARY, SEALED: OpenApiTypes.BINARY},
        responses={200: ModelVersionOut, 201: ModelVersionOut},
    )
    def post(self, request: Request, name: str) -> HttpResponseBase:
        """The signer must be among the trusted keys. The same bundle makes one version: again, it answers 200."""
        model = model_named(request, name)
        require_change(request, model)

        def add(sent: Sent) -> Response:
            if sent.file is None:
                raise Invalid("A bundle is one file. Send it in the field 'file'.", code="file.missing", field="file")
            version, is_new = import_bundle(model, sent.file, user=request.user, then=sent.then, actor=request.actor)
            address = reverse("api-model-version", args=[model.name, version.number])
            body = ModelVersionOut(model_version(request, model.name, version.number)).data
            return Response(body, status=201 if is_new else 200, headers={"Location": address})

        return add_once(request, add, lambda: checked(FromUploadIn(data=request.data)))


class BundleKeysView(APIView):
    """The public keys that bundles of this portal are checked with."""

    required_permissions = {"GET": SIGNED_IN}

    @extend_schema(operation_id="bundle_keys_retrieve", responses={(200, "application/x-pem-file"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        return keys_response()


class BundleProgramView(APIView):
    """The program that checks bundles without the portal: one Python file that needs the package cryptography."""

    required_permissions = {"GET": SIGNED_IN}

    @extend_schema(operation_id="bundle_program_retrieve", responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        return program_response()
