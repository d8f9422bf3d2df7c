"""Several requests for one upload at the same time: one wins, the others are told, nothing is doubled."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.test import Client

from modelops.lib.claims import claimed
from modelops.lib.errors import Conflict
from registry.artifacts.expected_digest import ExpectedDigest
from registry.models import ModelVersion
from registry.uploads.models import UploadPart, UploadSession
from registry.uploads.receiving import append
from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, begin, complete, offset, refused, send, upload

CONTENT = safetensors(bytes(range(256)) * 4)


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_completed_by_one_request(api: Client, scientist: Any) -> None:
    """Two completes at once: the second is told that the first is at it."""
    make_model(scientist)
    made = upload(api, CONTENT)
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with claimed("uploads.complete", made) as is_mine:
            assert is_mine
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(20)
    try:
        refused(complete(api, made), 409, "upload.in_progress")
    finally:
        done.set()
        thread.join()
    assert complete(api, made).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_completes_at_once_make_one_version(api: Client, api_as: Any, scientist: Any) -> None:
    make_model(scientist)
    made = upload(api, CONTENT)
    clients = [api_as(scientist) for _ in range(5)]
    seen: list[int] = []

    def go(client: Client) -> None:
        seen.append(complete(client, made).status_code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [201, 409, 409, 409, 409]
    assert ModelVersion.objects.count() == 1


class _Body(io.BytesIO):
    """A body in whose middle something else happens."""

    def __init__(self, content: bytes, meanwhile: Callable[[], Any]) -> None:
        super().__init__(content)
        self._meanwhile: Callable[[], Any] | None = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if piece and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return piece


def body(content: bytes, meanwhile: Callable[[], Any]) -> WSGIRequest:
    return WSGIRequest(
        {"REQUEST_METHOD": "PATCH", "CONTENT_LENGTH": str(len(content)), "wsgi.input": _Body(content, meanwhile)}
    )


@pytest.mark.django_db
def test_the_newest_writer_wins_and_overlapping_bytes_are_kept_once(
    api: Client, scientist: Any, stored: Callable[[], list[Path]]
) -> None:
    """A connection that only looks dead: what it still brings comes too late, and not twice."""
    make_model(scientist)
    address = begin(api, len(CONTENT))
    session = UploadSession.objects.get(pk=address.removeprefix(UPLOADS).strip("/"))

    def newer() -> None:
        assert send(api, address, 0, CONTENT[:500]).status_code == 204

    with pytest.raises(Conflict) as refusal:
        append(body(CONTENT[:400], newer), session, 0, ExpectedDigest())
    assert refusal.value.code == "upload.superseded"
    assert offset(api, address) == 500
    assert (UploadPart.objects.count(), len(stored())) == (1, 1)
    assert send(api, address, 500, CONTENT[500:]).status_code == 204
    assert complete(api, str(session.pk)).status_code == 201


@pytest.mark.django_db
def test_bytes_for_an_upload_that_is_cancelled_meanwhile_are_not_kept(
    api: Client, stored: Callable[[], list[Path]]
) -> None:
    address = begin(api, len(CONTENT))
    session = UploadSession.objects.get(pk=address.removeprefix(UPLOADS).strip("/"))
    with pytest.raises(Conflict):
        append(body(CONTENT, lambda: api.delete(address)), session, 0, ExpectedDigest())
    assert stored() == []
