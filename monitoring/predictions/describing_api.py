"""Schemas of features and policies of groups over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.lookup import model_named, model_version
from registry.api.strict import StrictSerializer
from registry.grants.gate import require_change

from .describing import compare_groups, describe_features
from .models import FeatureSchema, GroupPolicy


class FeatureSchemaIn(StrictSerializer):
    """Features by name, each with its kind ("number", "category", "numbers"), its range or its categories."""

    features = serializers.DictField(child=serializers.JSONField())


class FeatureSchemaOut(serializers.Serializer):
    """What a version says about its features."""

    features = serializers.DictField()


class GroupPolicyIn(StrictSerializer):
    """Features that tell groups apart, the favourable answer, and the widest gap that is no alert."""

    features = serializers.ListField(child=serializers.CharField(max_length=100))
    favourable = serializers.CharField(max_length=100)
    limit = serializers.FloatField(required=False, default=0.1, min_value=0, max_value=1)


class GroupPolicyOut(serializers.Serializer):
    """Which groups of a model are compared."""

    features = serializers.ListField(child=serializers.CharField())
    favourable = serializers.CharField(allow_blank=True)
    limit = serializers.FloatField()


class FeatureSchemaView(APIView):
    """What the features of a version may be."""

    required_permissions = {"GET": "predictions.view_featureschema", "PUT": "predictions.change_featureschema"}

    @extend_schema(operation_id="feature_schema_retrieve", responses=FeatureSchemaOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        """The schema; empty where nobody described one."""
        schema = FeatureSchema.objects.filter(pk=model_version(request, name, number).pk).first()
        return Response(FeatureSchemaOut({"features": schema.features if schema else {}}).data)

    @extend_schema(operation_id="feature_schema_replace", request=FeatureSchemaIn, responses=FeatureSchemaOut)
    def put(self, request: Request, name: str, number: int) -> Response:
        """Describe the features anew. A batch with a value out of its feature's range is refused from then on."""
        version = model_version(request, name, number)
        require_change(request, version.model)
        data = FeatureSchemaIn(data=request.data)
        data.is_valid(raise_exception=True)
        schema = describe_features(version, data.validated_data["features"], actor=request.actor)
        return Response(FeatureSchemaOut({"features": schema.features}).data)


class GroupPolicyView(APIView):
    """Which groups of people a model must not treat differently."""

    required_permissions = {"GET": "predictions.view_grouppolicy", "PUT": "predictions.change_grouppolicy"}

    @extend_schema(operation_id="group_policy_retrieve", responses=GroupPolicyOut)
    def get(self, request: Request, name: str) -> Response:
        """The policy; without features where nobody set one."""
        policy = GroupPolicy.objects.filter(pk=model_named(request, name).pk).first() or GroupPolicy()
        return Response(GroupPolicyOut(policy).data)

    @extend_schema(operation_id="group_policy_replace", request=GroupPolicyIn, responses=GroupPolicyOut)
    def put(self, request: Request, name: str) -> Response:
        """Set what is compared; no features compare nothing."""
        model = model_named(request, name)
        require_change(request, model)
        data = GroupPolicyIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        policy = compare_groups(model, said["features"], said["favourable"], said["limit"], actor=request.actor)
        return Response(GroupPolicyOut(policy).data)
