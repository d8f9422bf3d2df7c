"""From the parts of an upload to one sealed file.

The parts are opened and sealed again in one pass, in memory: a finished file has one key, one salt and one unbroken
row of segments, as if it had come in one piece, and nothing of how it came is left.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from modelops.crypto.errors import DecryptionFailed
from modelops.lib.claims import claimed
from modelops.lib.errors import Conflict, DomainError, Invalid
from registry.artifacts.access import pieces
from registry.artifacts.expected_digest import ExpectedDigest
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.models import DatasetVersion, ModelVersion
from registry.sealed_client.opening import digested, opened
from registry.sealed_client.travelling import SentKey

from . import errors
from .models import UploadPart, UploadSession, UploadState
from .sealing import key_of, open_part
from .services import discard, mark_completed

_OTHER_PARTS = "The stored parts are not those that arrived. Cancel the upload and send the file again."

Then = Callable[[ModelVersion | DatasetVersion], None]


@contextmanager
def assembled(session: UploadSession, sent: SentKey | None = None) -> Iterator[tuple[SealedUpload, Then]]:
    """The whole file of an upload, and what to do in the transaction that adds the version.

    ``sent`` is the key of an upload that the sender sealed. Content that is refused takes the upload along. Raises as
    `held` and `seal_again` do.
    """
    with held([session]):
        upload = seal_again(session, sent)
        try:
            yield upload, lambda version: mark_completed(session, version)
        except DomainError as error:
            if error.field == "file":
                discard(session)
            raise
        finally:
            upload.close()


@contextmanager
def held(sessions: list[UploadSession]) -> Iterator[None]:
    """Hold whole uploads for completing them; a process that dies while it does leaves them as they were.

    Raises Conflict when another request completes one of them, when bytes are missing or when one is used already.
    """
    with ExitStack() as stack:
        for session in sorted(sessions, key=lambda each: each.pk):
            if not stack.enter_context(claimed("uploads.complete", str(session.pk))):
                raise errors.in_progress()
            session.refresh_from_db()
            _check_whole(session)
        yield


def seal_again(session: UploadSession, sent: SentKey | None = None) -> SealedUpload:
    """The whole file of an upload that the caller holds; the caller closes it.

    What the sender sealed under the key ``sent`` is opened in the same pass. Raises Invalid, and removes the upload,
    when its digest is not what the sender said or its content does not open.
    """
    said = ExpectedDigest(session.sha256, session.sha512)
    sealing = Sealing(session.file_name)
    try:
        arrived = _plaintext(session)
        for piece in arrived if sent is None else opened(digested(arrived, said), sent, session.owner_id):
            sealing.write(piece)
        upload = sealing.finish()
    except BaseException as error:
        sealing.discard()
        if isinstance(error, Invalid) and error.field == "file":
            discard(session)
        raise
    try:
        if sent is None:
            said.check_upload(upload)
    except Invalid:
        upload.close()
        discard(session)
        raise
    except BaseException:
        upload.close()
        raise
    return upload


def _check_whole(session: UploadSession) -> None:
    if session.state != UploadState.OPEN:
        raise errors.completed(session)
    if session.length is None:
        raise Conflict(
            "Nobody has said how long the file is, so nobody knows whether it is whole. Send Upload-Length, or "
            "Upload-Complete: ?1 with the last piece.",
            code="upload.length_unknown",
        )
    if session.offset != session.length:
        raise Conflict(
            f"{session.offset:,} of {session.length:,} bytes have arrived. Send the rest, then complete the upload.",
            code="upload.incomplete",
        )


def _plaintext(session: UploadSession) -> Iterator[bytes]:
    key = key_of(session)
    expected = 0
    for part in list(UploadPart.objects.filter(session=session).order_by("start")):
        if part.start != expected:
            raise DecryptionFailed(_OTHER_PARTS)
        for piece in pieces(open_part(part, key)):
            expected += len(piece)
            yield piece
        if expected != part.start + part.size:
            raise DecryptionFailed(_OTHER_PARTS)
    if expected != session.length:
        raise DecryptionFailed(_OTHER_PARTS)
