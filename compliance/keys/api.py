"""The key room over REST: names, states and progress; never a key."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from modelops.crypto import lifecycle
from modelops.crypto.decisions import Decision
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.rest.permissions import allows

from . import approvals, compromising, rotations
from .audit_events import KEY_VIEWED
from .models import Action, Approval, Rotation
from .serializers import (
    ApprovalOut,
    KeyActionIn,
    KeyDetailOut,
    KeyIn,
    KeyOut,
    KeyReasonIn,
    KeyRotateIn,
    MaxAgeIn,
    RateIn,
    RotationDetailOut,
    RotationOut,
)

VIEW_KEYS, ADD_KEY, CHANGE_KEY = "crypto.view_keyversion", "crypto.add_keyversion", "crypto.change_keyversion"
VIEW_APPROVALS, ASK, DECIDE = "keys.view_approval", "keys.add_approval", "keys.change_approval"
VIEW_ROTATIONS, CHANGE_ROTATION = "keys.view_rotation", "keys.change_rotation"


def _checked(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    data = kind(data=request.data)
    data.is_valid(raise_exception=True)
    return data.validated_data


class Keys(ListAPIView):
    """The keys of the ring, newest first; POST makes a pending one."""

    required_permissions = {"GET": VIEW_KEYS, "POST": ADD_KEY}
    serializer_class = KeyOut
    queryset = KeyVersion.objects.all()

    @extend_schema(request=KeyIn, responses={201: KeyOut})
    def post(self, request: Request) -> Response:
        """Make a pending key of 256 random bits. Activating it needs a second person."""
        data = _checked(KeyIn, request)
        key = create_key(
            Purpose(data["purpose"]),
            name=data["name"],
            owner=data["owner"],
            max_age_days=data["max_age_days"],
            decision=Decision(request.actor, Reason.SCHEDULE),
        )
        return Response(KeyOut(key).data, status=status.HTTP_201_CREATED)


class KeyDetail(APIView):
    """One key and what it protects."""

    required_permissions = {"GET": VIEW_KEYS}

    @extend_schema(responses=KeyDetailOut)
    def get(self, request: Request, key_id: uuid.UUID) -> Response:
        """State, dates and what needs the key."""
        key = get_object_or_404(KeyVersion, pk=key_id)
        record_reading(KEY_VIEWED, key, request=request, purpose=key.purpose, version=key.version)
        return Response(KeyDetailOut(key).data)


class KeyRequests(APIView):
    """Asking for what needs a second person."""

    required_permissions = {"POST": ASK}

    @extend_schema(operation_id="keys_requests_create", request=KeyActionIn, responses={201: ApprovalOut})
    def post(self, request: Request, key_id: uuid.UUID) -> Response:
        """Ask to activate, rotate, resume or destroy a key; somebody else approves within a day."""
        data = _checked(KeyActionIn, request)
        key = get_object_or_404(KeyVersion, pk=key_id)
        asked = approvals.request(key, Action(data["action"]), reason=Reason(data["reason"]), actor=request.actor)
        return Response(ApprovalOut(asked).data, status=status.HTTP_201_CREATED)


class RotateKeys(APIView):
    """Rotation by purpose."""

    required_permissions = {"POST": ASK}

    @extend_schema(operation_id="keys_rotate", request=KeyRotateIn, responses={201: ApprovalOut})
    def post(self, request: Request) -> Response:
        """Ask to rotate a purpose; it begins when somebody else approves."""
        data = _checked(KeyRotateIn, request)
        keys = KeyVersion.objects.filter(purpose=data["purpose"])
        key = keys.filter(state=KeyState.ACTIVE).first() or get_object_or_404(keys.order_by("-version")[:1])
        asked = approvals.request(key, Action.ROTATE, reason=Reason(data["reason"]), actor=request.actor)
        return Response(ApprovalOut(asked).data, status=status.HTTP_201_CREATED)


class KeyStep(APIView):
    """A step of a key's life that one person may take."""

    required_permissions = {"POST": CHANGE_KEY}
    step: ClassVar[Callable[..., KeyVersion]]

    def take(self, request: Request, key_id: uuid.UUID) -> Response:
        """Take the step for the reason given."""
        key = get_object_or_404(KeyVersion, pk=key_id)
        reason = Reason(_checked(KeyReasonIn, request)["reason"])
        return Response(KeyOut(type(self).step(key, decision=Decision(request.actor, reason))).data)


class SuspendKey(KeyStep):
    """Stop every use of a key."""

    step = staticmethod(lifecycle.suspend)

    @extend_schema(operation_id="keys_suspend", request=KeyReasonIn, responses=KeyOut)
    def post(self, request: Request, key_id: uuid.UUID) -> Response:
        """Neither write nor open anything under the key until it is resumed."""
        return self.take(request, key_id)


class CompromiseKey(KeyStep):
    """Mark a key that somebody else may know."""

    step = staticmethod(compromising.compromise)

    @extend_schema(operation_id="keys_compromise", request=KeyReasonIn, responses=KeyOut)
    def post(self, request: Request, key_id: uuid.UUID) -> Response:
        """Write nothing more under the key; what it protects still opens and is moved to its successor."""
        return self.take(request, key_id)


class SpareKey(KeyStep):
    """Take back a destruction."""

    step = staticmethod(lifecycle.spare)

    @extend_schema(operation_id="keys_spare", request=KeyReasonIn, responses=KeyOut)
    def post(self, request: Request, key_id: uuid.UUID) -> Response:
        """Keep a key whose grace period is running."""
        return self.take(request, key_id)


class KeyMaxAge(APIView):
    """The policy of one key."""

    required_permissions = {"PUT": CHANGE_KEY}

    @extend_schema(operation_id="keys_max_age", request=MaxAgeIn, responses=KeyOut)
    def put(self, request: Request, key_id: uuid.UUID) -> Response:
        """Set how many days the key may be active."""
        key = get_object_or_404(KeyVersion, pk=key_id)
        days = _checked(MaxAgeIn, request)["max_age_days"]
        changed = lifecycle.set_max_age(key, days, decision=Decision(request.actor, Reason.CHANGE))
        return Response(KeyOut(changed).data)


class Approvals(ListAPIView):
    """What was asked for, newest first."""

    required_permissions = {"GET": VIEW_APPROVALS}
    serializer_class = ApprovalOut
    queryset = Approval.objects.select_related("key")
    http_method_names = ["get", "head", "options"]


class Decide(APIView):
    """A decision about one request."""

    required_permissions = {"POST": DECIDE}
    act: ClassVar[Callable[..., Approval]]

    def decide(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Approve or withdraw."""
        approval = get_object_or_404(Approval, pk=approval_id)
        return Response(ApprovalOut(type(self).act(approval, actor=request.actor)).data)


class Approve(Decide):
    """The second person's word."""

    act = staticmethod(approvals.approve)

    @extend_schema(operation_id="key_requests_approve", request=None, responses=ApprovalOut)
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Do what somebody else asked for."""
        return self.decide(request, approval_id)


class Withdraw(Decide):
    """Taking a request back: by who asked, or as a refusal by who approves."""

    required_permissions = {"POST": VIEW_APPROVALS}
    act = staticmethod(approvals.withdraw)

    @extend_schema(operation_id="key_requests_withdraw", request=None, responses=ApprovalOut)
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Take a request back, or refuse it."""
        approval = get_object_or_404(Approval, pk=approval_id)
        if not allows(request, ASK if approval.actor_ref == request.actor.ref else DECIDE):
            raise PermissionDenied
        return self.decide(request, approval_id)


class Rotations(ListAPIView):
    """Rotations, newest first."""

    required_permissions = {"GET": VIEW_ROTATIONS}
    serializer_class = RotationOut
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> "QuerySet[Rotation]":
        return Rotation.objects.all()


class RotationDetail(APIView):
    """One rotation: how far it is and what failed."""

    required_permissions = {"GET": VIEW_ROTATIONS, "PATCH": CHANGE_ROTATION}

    @extend_schema(responses=RotationDetailOut)
    def get(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Progress by step, and the first rows that failed."""
        return Response(RotationDetailOut(get_object_or_404(Rotation, pk=rotation_id)).data)

    @extend_schema(request=RateIn, responses=RotationOut)
    def patch(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Move faster or slower; holds from the next batch on."""
        rotation = get_object_or_404(Rotation, pk=rotation_id)
        rate = _checked(RateIn, request)["rate_limit"]
        return Response(RotationOut(rotations.set_rate(rotation, rate, actor=request.actor)).data)


class RotationAct(APIView):
    """What can be done about a rotation."""

    required_permissions = {"POST": CHANGE_ROTATION}
    act: ClassVar[Callable[..., Rotation]]

    def take(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Do it."""
        rotation = get_object_or_404(Rotation, pk=rotation_id)
        return Response(RotationOut(type(self).act(rotation, actor=request.actor)).data)


class PauseRotation(RotationAct):
    """Stop for now."""

    act = staticmethod(rotations.pause)

    @extend_schema(operation_id="key_rotations_pause", request=None, responses=RotationOut)
    def post(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Stop after the present batch; everything opens as before."""
        return self.take(request, rotation_id)


class ResumeRotation(RotationAct):
    """Go on."""

    act = staticmethod(rotations.resume)

    @extend_schema(operation_id="key_rotations_resume", request=None, responses=RotationOut)
    def post(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Go on where it was paused."""
        return self.take(request, rotation_id)


class RetryRotation(RotationAct):
    """Try again."""

    act = staticmethod(rotations.retry)

    @extend_schema(operation_id="key_rotations_retry", request=None, responses=RotationOut)
    def post(self, request: Request, rotation_id: uuid.UUID) -> Response:
        """Look again at every row that is not under the new key."""
        return self.take(request, rotation_id)
