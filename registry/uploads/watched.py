"""What the database watches of uploads."""

from compliance.audit.watching import exempt

exempt(
    "Progress of a transfer, written with every piece; what becomes of it is a version, which is watched.",
    "uploads.UploadPart",
    "uploads.UploadSession",
)
