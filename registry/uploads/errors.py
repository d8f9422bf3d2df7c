"""Refusals of uploads in progress, each with what the sender needs to go on."""

from modelops.lib.errors import Conflict

from .models import UploadSession


class OffsetMismatch(Conflict):
    """The sender would leave a gap, or send bytes a second time; the answer says where to go on."""

    code = "upload.offset_mismatch"

    def __init__(self, session: UploadSession, given: int) -> None:
        super().__init__(
            f"The upload has {session.offset:,} bytes, so nothing can be added at {given:,}. Go on at the offset that "
            "this answer names."
        )
        self.members = {"offset": session.offset, "expected-offset": session.offset, "provided-offset": given}
        self.headers = {"Upload-Offset": str(session.offset)}


def superseded() -> Conflict:
    """A newer request has gone on with the upload."""
    return Conflict(
        "A newer request writes to this upload. Ask for its offset before you send more.", code="upload.superseded"
    )


def completed(session: UploadSession) -> Conflict:
    """The upload has become a version already."""
    version = session.model_version or session.dataset_version
    made = f"It is {version} now" if version is not None else "It was used"
    return Conflict(f"The upload is complete. {made}; begin a new one for another version.", code="upload.completed")


def in_progress() -> Conflict:
    """Another request is turning the upload into a version."""
    return Conflict(
        "The upload is being completed by another request. Ask for the upload in a moment to see what came of it.",
        code="upload.in_progress",
    )
