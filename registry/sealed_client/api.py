"""``sealing-key/``: whom to seal for. ``sealed-client/``: the program that does it."""

import base64

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.crypto.key_transport import SUITE, present_recipient
from modelops.rest.permissions import SIGNED_IN

from .client_file import NAME, client_file, client_sha256
from .travelling import SEALED


class SealedClientOut(serializers.Serializer):
    address = serializers.CharField()
    sha256 = serializers.CharField()


class SealingKeyOut(serializers.Serializer):
    key_id = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Goes into the header of the sealed file.")
    public_key = serializers.CharField(help_text="X25519, 32 bytes in base64.")
    fingerprint = serializers.CharField(help_text="SHA-256 of the key (DER, SubjectPublicKeyInfo): what a client pins.")
    suite = serializers.CharField(help_text="Of HPKE, RFC 9180, base mode.")
    content_type = serializers.CharField(help_text="Of sealed bodies.")
    sender = serializers.UUIDField(help_text="The calling account; what it wraps opens for nobody else.")
    client = SealedClientOut()


class SealingKeyView(APIView):
    """The public key that data keys of sealed uploads are wrapped for, as it is now."""

    required_permissions = {"GET": SIGNED_IN}

    @extend_schema(operation_id="sealing_key_retrieve", responses=SealingKeyOut)
    def get(self, request: Request) -> Response:
        """Compare the fingerprint with the one that an administrator told you by another way."""
        recipient = present_recipient()
        found = {
            "key_id": recipient.key_id,
            "version": recipient.version,
            "public_key": base64.b64encode(recipient.raw).decode("ascii"),
            "fingerprint": recipient.fingerprint,
            "suite": SUITE,
            "content_type": SEALED,
            "sender": request.user.pk,
            "client": {
                "address": request.build_absolute_uri(reverse("api-sealed-client")),
                "sha256": client_sha256(),
            },
        }
        return Response(SealingKeyOut(found).data, headers={"Cache-Control": "no-store"})


class SealedClientView(APIView):
    """The client that seals and opens: one Python file that needs nothing but the package cryptography."""

    required_permissions = {"GET": SIGNED_IN}

    @extend_schema(operation_id="sealed_client_retrieve", responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Its SHA-256 stands on the portal's page and in ``sealing-key/``."""
        digest = base64.b64encode(bytes.fromhex(client_sha256())).decode("ascii")
        headers = {
            "Content-Disposition": f'attachment; filename="{NAME}"',
            "Repr-Digest": f"sha-256=:{digest}:",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(client_file(), content_type="text/x-python; charset=utf-8", headers=headers)
