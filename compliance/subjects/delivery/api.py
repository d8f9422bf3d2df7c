"""Handing a bundle to the person, over REST."""

import uuid

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..models import SubjectRequest
from . import services


class BundleDeliveryOut(serializers.Serializer):
    """A link is on its way; the code is told here and never again."""

    sent_at = serializers.DateTimeField(source="delivery.sent_at", read_only=True)
    expires_at = serializers.DateTimeField(source="delivery.expires_at", read_only=True)
    code = serializers.CharField(
        read_only=True, help_text="Tell the person another way than by mail: by telephone or letter."
    )


class DeliveryView(APIView):
    """The bundle on its way to the person."""

    required_permissions = {"POST": "subjects.view_subjectbundle"}

    @extend_schema(operation_id="subject_request_delivery", request=None, responses={201: BundleDeliveryOut})
    def post(self, request: Request, request_id: uuid.UUID) -> Response:
        """Mail a link that works once, for seven days, and answer the code that opens it and the ZIP."""
        found = get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=request_id)
        sent = services.send(found, actor=request.actor)
        return Response(BundleDeliveryOut(sent).data, status=status.HTTP_201_CREATED)
