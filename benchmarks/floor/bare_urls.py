"""An answer, and an answer after a file is safe on the disk."""

import os
import secrets
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from . import ANSWER, FOLDER, WRITE


def answer(request: HttpRequest) -> HttpResponse:
    """Nothing, once the body is there."""
    _ = request.body
    return HttpResponse(b"{}", content_type="application/json")


def write(request: HttpRequest) -> HttpResponse:
    """The body becomes a file, as it is, and the disk has it: not sealed, not counted, told nobody."""
    target = Path(os.environ[FOLDER]) / secrets.token_hex(16)
    with target.open("xb", buffering=0) as file:
        file.write(request.body)
        os.fsync(file.fileno())
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path(ANSWER.removeprefix("/"), answer), path(WRITE.removeprefix("/"), write)]
