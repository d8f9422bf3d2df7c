"""The files of versions that are directories."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.archives import archive_response, file_of
from registry.downloads import download_response
from registry.models import ModelVersionFile

from .downloading import DOWNLOAD, DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from .lookup import model_version


class VersionFileOut(serializers.ModelSerializer):
    format = serializers.CharField(source="file_format", read_only=True)
    size = serializers.IntegerField(source="artifact.size", read_only=True)
    sha256 = serializers.CharField(source="artifact.sha256", read_only=True)

    class Meta:
        model = ModelVersionFile
        fields = ("path", "format", "size", "sha256")
        read_only_fields = fields


class VersionFilesOut(serializers.Serializer):
    manifest_sha256 = serializers.CharField(help_text="Digest of the manifest, which identifies the version.")
    files = VersionFileOut(many=True)


class ModelFilesView(APIView):
    """What files a version has; none for a version that is a single file. There are at most 1,000."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(operation_id="model_files_list", responses=VersionFilesOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "files")
        files = version.files.select_related("artifact").order_by("path")
        return Response(VersionFilesOut({"manifest_sha256": version.artifact.sha256, "files": files}).data)


class ModelFileView(APIView):
    """One decrypted file of a directory, by its path."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="model_file_retrieve", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES)
    def get(self, request: Request, name: str, number: int, path: str) -> HttpResponseBase:
        version = model_version(request, name, number)
        return download_response(request, version, actor=request.actor, artifact=file_of(version, path).artifact)


class ModelArchiveView(APIView):
    """All decrypted files of a directory as one zip, made while it is sent."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "options"]

    @extend_schema(operation_id="model_archive_retrieve", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        return archive_response(request, model_version(request, name, number), actor=request.actor)
