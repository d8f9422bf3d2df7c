"""How much may be on its way at a time."""

from django.conf import settings
from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from modelops.lib.errors import Conflict, Invalid
from registry.artifacts.body import too_large

from .models import UploadSession, UploadState

# A file in pieces smaller than this many bytes each, on average, would make more rows and files than it is worth.
MOST_PARTS = 10_000


def check_length(length: int | None) -> None:
    """Raise Invalid for a length that no file has, TooLarge for one over the limit."""
    if length is None:
        return
    if length <= 0:
        raise Invalid(
            "A file of no bytes cannot be uploaded. Send the file that your training wrote.",
            code="artifact.empty" if length == 0 else "upload.bad_length",
            field="length",
        )
    if length > settings.MODELOPS_MAX_ARTIFACT_BYTES:
        raise too_large(settings.MODELOPS_MAX_ARTIFACT_BYTES)


def check_room(owner_id: object, length: int | None) -> None:
    """Raise Conflict when the account has too many uploads open, or all uploads together would take too much.

    Inside the transaction that adds one: others wait, so that many at once cannot pass the limit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('uploads.begin', 0))")
    unfinished = UploadSession.objects.filter(state=UploadState.OPEN)
    count = unfinished.filter(owner_id=owner_id).count()
    if count >= settings.MODELOPS_MAX_OPEN_UPLOADS:
        raise Conflict(
            f"{count:,} uploads are open, and no more are allowed for one account. Complete or cancel some of them.",
            code="upload.too_many",
        )
    check_unfinished_bytes(length or 0)


def check_unfinished_bytes(more: int) -> None:
    """Raise Conflict when what is on its way would pass the limit with ``more`` bytes."""
    unfinished = UploadSession.objects.filter(state=UploadState.OPEN)
    # A declared length is room that was promised; without one, what has arrived counts.
    promised = unfinished.aggregate(total=Sum(Coalesce(F("length"), F("offset"))))["total"] or 0
    if promised + more > settings.MODELOPS_MAX_UNFINISHED_BYTES:
        raise Conflict(
            f"Unfinished uploads may take {settings.MODELOPS_MAX_UNFINISHED_BYTES:,} bytes together; there is no room "
            "for this one now. Try again when others are complete.",
            code="upload.no_room",
        )
