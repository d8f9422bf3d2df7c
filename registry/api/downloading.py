"""What the resources that give out a file say of themselves."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from modelops.rest.permissions import OrGranted
from registry.sealed_client.travelling import FOR_HEADER, FROM_HEADER, SEALED

# Who may only look may still be granted the files of one model or dataset: `registry.grants.gate` decides.
DOWNLOAD = OrGranted("registry.download_artifact")
DOWNLOAD_PARAMETERS = [
    OpenApiParameter(
        "Range", str, OpenApiParameter.HEADER, description="One part: bytes=0-99, bytes=100- or bytes=-5."
    ),
    OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="ETag of the file that is to be resumed."),
    OpenApiParameter(
        FOR_HEADER,
        str,
        OpenApiParameter.HEADER,
        description="X25519 public key in base64: the answer is sealed for it.",
    ),
    OpenApiParameter(
        FROM_HEADER, int, OpenApiParameter.HEADER, description="Of a sealed answer: the byte of the file to begin at."
    ),
]
DOWNLOAD_RESPONSES = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (200, SEALED): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="The caller has this file already."),
    416: OpenApiResponse(description="No byte of the asked part exists."),
}
