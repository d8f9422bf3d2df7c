"""What the resources that give out a file say of themselves."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

DOWNLOAD_PARAMETERS = [
    OpenApiParameter(
        "Range", str, OpenApiParameter.HEADER, description="One part: bytes=0-99, bytes=100- or bytes=-5."
    ),
    OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="ETag of the file that is to be resumed."),
]
DOWNLOAD_RESPONSES = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="The caller has this file already."),
    416: OpenApiResponse(description="No byte of the asked part exists."),
}
