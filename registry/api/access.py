"""Who may have a restricted model or dataset, and the access code of a model."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.grants import codes, services
from registry.grants.gate import require_managing
from registry.grants.models import Grant, Level, Use
from registry.grants.rules import require_manager
from registry.models import Dataset, RegisteredModel

from .lookup import dataset_named, model_named
from .strict import StrictSerializer

_PERMISSIONS = {"GET": "grants.view_grant", "POST": "grants.add_grant"}


class GrantIn(StrictSerializer):
    user = serializers.CharField(max_length=150, required=False, default="", help_text="Name of an account.")
    group = serializers.CharField(max_length=150, required=False, default="", help_text="Name of a role or group.")
    # Any text: the service refuses an unknown level with a code of its own.
    level = serializers.CharField(max_length=40, required=False, default="view", help_text=", ".join(Level.values))
    actions = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        default=list,
        max_length=len(Use.values),
        help_text=f"What the holder may ask of a deployed model: {', '.join(Use.values)}.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class GrantOut(serializers.ModelSerializer):
    user = serializers.CharField(source="user.username", default=None, allow_null=True, read_only=True)
    group = serializers.CharField(source="group.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Grant
        fields = ("id", "user", "group", "level", "actions", "expires_at", "created_at")
        read_only_fields = fields


class CodeIn(StrictSerializer):
    code = serializers.CharField(max_length=1000, required=False, help_text="Left out: the portal makes a random one.")


class CodeOut(serializers.Serializer):
    code = serializers.CharField(allow_null=True, help_text="A random code, shown this once; null for your own.")


class _GrantsView(ListAPIView):
    """Who is named, for whoever decides on it; nobody else learns of the holders."""

    required_permissions = _PERMISSIONS
    serializer_class = GrantOut
    queryset = Grant.objects.none()
    kind: str

    def governed(self) -> RegisteredModel | Dataset:
        raise NotImplementedError

    def get_queryset(self) -> "QuerySet[Grant]":
        governed = self.governed()
        visible = Grant.objects.visible_to(self.request.user).filter(**{self.kind: governed})
        if not visible.exists():
            require_manager(self.request.user, governed)
        viewing.access(self.request, governed)
        return visible.select_related("user", "group")

    def give(self, request: Request) -> Response:
        governed = self.governed()
        require_managing(request, governed)
        data = GrantIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        holder = services.holder_named(user=given["user"], group=given["group"])
        grant = services.give(
            governed,
            holder,
            given["level"],
            actions=given["actions"],
            expires_at=given["expires_at"],
            actor=request.actor,
        )
        return Response(GrantOut(grant).data, status=201)


class _GrantView(APIView):
    """One holder's access."""

    required_permissions = {"DELETE": "grants.delete_grant"}

    def take(self, request: Request, governed: RegisteredModel | Dataset, pk: Any) -> Response:
        require_managing(request, governed)
        services.revoke(get_object_or_404(governed.grants.all(), pk=pk), actor=request.actor)
        return Response(status=204)


class ModelGrantsView(_GrantsView):
    """Who is named for a model."""

    kind = "model"

    def governed(self) -> RegisteredModel:
        return model_named(self.request, self.kwargs["name"])

    @extend_schema(operation_id="model_grants_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="model_grant_give", request=GrantIn, responses={201: GrantOut})
    def post(self, request: Request, name: str) -> Response:
        """Name an account or a group, in place of what it had. By the owner, and by who manages all access."""
        return self.give(request)


class ModelGrantView(_GrantView):
    """One holder's access to a model."""

    @extend_schema(operation_id="model_grant_revoke", responses={204: None})
    def delete(self, request: Request, name: str, pk: Any) -> Response:
        """Take the access away with the holder's next request."""
        return self.take(request, model_named(request, name), pk)


class DatasetGrantsView(_GrantsView):
    """Who is named for a dataset."""

    kind = "dataset"

    def governed(self) -> Dataset:
        return dataset_named(self.request, self.kwargs["name"])

    @extend_schema(operation_id="dataset_grants_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="dataset_grant_give", request=GrantIn, responses={201: GrantOut})
    def post(self, request: Request, name: str) -> Response:
        """Name an account or a group, in place of what it had. By the owner, and by who manages all access."""
        return self.give(request)


class DatasetGrantView(_GrantView):
    """One holder's access to a dataset."""

    @extend_schema(operation_id="dataset_grant_revoke", responses={204: None})
    def delete(self, request: Request, name: str, pk: Any) -> Response:
        """Take the access away with the holder's next request."""
        return self.take(request, dataset_named(request, name), pk)


class AccessCodeView(APIView):
    """The code that downloads of a model ask for. It can be set and removed, never read."""

    required_permissions = {"PUT": "registry.change_registeredmodel", "DELETE": "registry.change_registeredmodel"}

    @extend_schema(operation_id="model_access_code_set", request=CodeIn, responses=CodeOut)
    def put(self, request: Request, name: str) -> Response:
        """Set the code, or let the portal make a random one, which this answer alone shows."""
        model = model_named(request, name)
        require_managing(request, model)
        data = CodeIn(data=request.data)
        data.is_valid(raise_exception=True)
        own = data.validated_data.get("code")
        code = own if own is not None else codes.random_code()
        codes.set_code(model, code, actor=request.actor)
        return Response({"code": None if own is not None else code}, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="model_access_code_remove", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Ask for no code any more."""
        model = model_named(request, name)
        require_managing(request, model)
        codes.remove_code(model, actor=request.actor)
        return Response(status=204)
