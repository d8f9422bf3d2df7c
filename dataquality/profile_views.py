"""How the columns of a dataset version are distributed, as a page and over REST."""

from uuid import UUID

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality.audit_events import RUN_VIEWED
from dataquality.models import QualityRun, RunProfile
from dataquality.pictures import SHOWN_COLUMNS, pictures_of
from dataquality.profiles import newest_profile
from registry.models import DatasetVersion


@require_safe
@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
def version_columns(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Pictures of the columns from the newest finished run; columns with data of people are left out."""
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset")
    version = get_object_or_404(versions, dataset__name=name, number=number)
    found = newest_profile(version, request.user)
    context = {"version": version, "dataset": version.dataset, "run": found and found.run, "shown": SHOWN_COLUMNS}
    context["pictures"] = [] if found is None else pictures_of(found.document["columns"], version.column_names)
    if found is not None:
        record_reading(RUN_VIEWED, found.run, request=request, dataset=version.dataset.name, version=version.number)
    return render(request, "dataquality/version_columns.html", context)


class ColumnSketchOut(serializers.Serializer):
    """How the values of one column are distributed: of numbers from a sample of rows, of categories from all rows."""

    name = serializers.CharField()
    count = serializers.IntegerField(help_text="How many values it is made from.")
    values = serializers.ListField(child=serializers.FloatField(), required=False, help_text="Places of the numbers.")
    upto = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="How many lie at or below each place."
    )
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)
    bins = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Counts of equally wide bins from low to high."
    )
    categories = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()), required=False, help_text="[[name, rows], …]"
    )
    others = serializers.IntegerField(required=False, help_text="Rows of all other categories.")


class RunProfileOut(serializers.Serializer):
    """The columns of the examined version that hold no data of people."""

    columns = ColumnSketchOut(many=True)


class RunProfileView(APIView):
    """How the columns are distributed that a run has read."""

    required_permissions = {"GET": "dataquality.view_qualityrun"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="quality_runs_profile", responses=RunProfileOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        """What later versions are compared with: the first 1,000 columns, without those of people."""
        run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
        version = run.dataset_version
        record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
        columns = get_object_or_404(RunProfile, run=run).document["columns"]
        told = [{"name": name, **columns[name]} for name in version.column_names if name in columns]
        return Response(RunProfileOut({"columns": told}).data)
