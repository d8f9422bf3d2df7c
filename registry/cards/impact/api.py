"""Impact assessments over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.lookup import model_named
from registry.cards import viewing
from registry.cards.models import AssessmentDecision, ImpactAssessment

from .services import LONGEST, digest, sign
from .views import SIGN, VIEW


class ImpactAssessmentIn(serializers.Serializer):
    """What is signed. Write of groups and roles; no names of people."""

    people = serializers.CharField(max_length=LONGEST)
    benefits = serializers.CharField(max_length=LONGEST)
    risks = serializers.CharField(max_length=LONGEST)
    measures = serializers.CharField(max_length=LONGEST)
    oversight = serializers.CharField(max_length=LONGEST)
    decision = serializers.ChoiceField(AssessmentDecision.choices)


class ImpactAssessmentOut(serializers.ModelSerializer[ImpactAssessment]):
    """One signed assessment; ``digest`` is the SHA-256 that the ledger has of it."""

    digest = serializers.SerializerMethodField()

    class Meta:
        model = ImpactAssessment
        fields = [
            "id", "number", "risk_class", "people", "benefits", "risks", "measures", "oversight", "decision",
            "signed_ref", "signed_at", "digest",
        ]  # fmt: skip

    def get_digest(self, row: ImpactAssessment) -> str:
        return digest(row)


class ImpactAssessmentsView(ListAPIView):
    """The impact assessments of a model, newest first."""

    required_permissions = {"GET": VIEW, "POST": SIGN}
    serializer_class = ImpactAssessmentOut
    queryset = ImpactAssessment.objects.none()

    def get_queryset(self) -> "QuerySet[ImpactAssessment]":
        model = model_named(self.request, self.kwargs["name"])
        viewing.card(self.request, model, "impact assessments")
        return ImpactAssessment.objects.filter(model=model)

    @extend_schema(operation_id="model_impact_assessments_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="model_impact_assessment_sign", request=ImpactAssessmentIn, responses={201: ImpactAssessmentOut}
    )
    def post(self, request: Request, name: str) -> Response:
        """Sign an assessment: a model of the class "high" is not promoted without one that accepts its risk."""
        model = model_named(request, name)
        data = ImpactAssessmentIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = sign(model, data.validated_data, actor=request.actor)
        return Response(ImpactAssessmentOut(row).data, status=201)
