"""Requests that may be sent twice: ``Idempotency-Key`` on every POST of the interface.

The first answer under a key is kept for a day, in the transaction of what it answers, so that no crash comes between
the two. The same request again gets the same answer. Source: draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from compliance.audit import Actor
from modelops.lib.claims import claimed
from modelops.lib.errors import Conflict, DomainError, Invalid

from . import answers

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
# What a view refuses by. Everything else undoes the transaction, this keeps what the view itself committed before.
_REFUSALS = (DomainError, APIException, Http404, PermissionDenied)


class Mismatch(DomainError):
    """The key was used for another request."""

    status = 422
    code = "idempotency.mismatch"


class IdempotentPost(BasePermission):
    """Lets every POST of a view be repeated. It refuses nobody: the framework asks it once the caller is known.

    A view that takes files sets ``answers_once_itself`` and calls `answer_once` when it knows what was sent. A view
    whose answers hold a secret that is shown once sets ``answers_hold_secrets``: they are not kept.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method == "POST" and HEADER in request.headers and hasattr(view, "post"):
            view.post = _guarded(view, view.post, _key_of(request))
        return True


def answer_once(
    request: Request, act: Callable[[], HttpResponseBase], fingerprint: str, *, keeps_body: bool = True
) -> HttpResponseBase:
    """What ``act`` answers; or what it has answered before under the request's key, if there is one.

    ``fingerprint`` stands for what was sent. Raises Mismatch when the key was used for something else.
    """
    key = getattr(request._request, "idempotency_key", None)
    if key is None:
        return act()
    actor: Actor = request.actor
    stored = answers.find(actor, key)
    if stored is not None:
        return _replayed(stored, fingerprint)
    outcome: HttpResponseBase | Exception
    try:
        with transaction.atomic():
            try:
                outcome = act()
            except _REFUSALS as error:
                outcome = error
            if isinstance(outcome, HttpResponseBase) and 200 <= outcome.status_code < 300:
                _keep(actor, key, fingerprint, outcome, keeps_body=keeps_body)
    except _KeyTaken:
        stored = answers.find(actor, key)
        if stored is None:
            raise _in_progress() from None
        return _replayed(stored, fingerprint)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def fingerprint_of(request: Request, sent: Any) -> str:
    """A digest of method, address and ``sent``, plain JSON that stands for the body; "" for a request without a key."""
    if getattr(request._request, "idempotency_key", None) is None:
        return ""  # nobody compares it
    said = [request.method, request.get_full_path(), sent]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _guarded(view: Any, handler: Callable[..., HttpResponseBase], key: str) -> Callable[..., HttpResponseBase]:
    @wraps(handler)
    def post(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The claim only saves work; that nothing happens twice is ensured by the unique key of the stored answer.
        with claimed("idempotency", request.actor.kind, request.actor.ref, key) as is_mine:
            if not is_mine:
                raise _in_progress()
            request._request.idempotency_key = key  # type: ignore[attr-defined]
            if getattr(view, "answers_once_itself", False):
                return handler(request, *args, **kwargs)
            body = hashlib.sha256(request._request.body).hexdigest()
            fingerprint = fingerprint_of(request, [request.content_type, body])
            keeps_body = not getattr(view, "answers_hold_secrets", False)
            return answer_once(request, lambda: handler(request, *args, **kwargs), fingerprint, keeps_body=keeps_body)

    return post


def _key_of(request: Request) -> str:
    key = request.headers[HEADER].strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':  # a string as the draft writes it; bare keys are common
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise Invalid(
            f"The {HEADER} is not 1 to 255 printable ASCII characters. Send a new UUID for each new request.",
            code="idempotency.bad_key",
        )
    return key


def _in_progress() -> Conflict:
    return Conflict(
        f"A request under this {HEADER} is being carried out. Wait a moment, then send it again.",
        code="idempotency.in_progress",
    )


class _KeyTaken(Exception):
    """Another request has stored its answer under the key in the meantime."""


def _keep(actor: Actor, key: str, fingerprint: str, response: Any, *, keeps_body: bool) -> None:
    body: bytes | None = None
    if keeps_body and not response.streaming:
        body = JSONRenderer().render(response.data) if hasattr(response, "data") else response.content
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-type"}
    try:
        with transaction.atomic():
            answers.keep(actor, key, answers.Answer(fingerprint, response.status_code, headers, body))
    except IntegrityError:
        raise _KeyTaken from None


def _replayed(stored: Any, fingerprint: str) -> HttpResponse:
    answer = answers.opened(stored)
    if answer.fingerprint != fingerprint:
        raise Mismatch(f"This {HEADER} was used for another request. Send a new key with each new request.")
    if answer.body is None:
        raise Conflict(
            "The request was carried out. Its answer held a secret that is shown once and was not kept; "
            "if it is lost, revoke what was made and make a new one.",
            code="idempotency.answer_not_kept",
        )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    for name, value in answer.headers.items():
        response.headers[name] = value
    response.headers["Idempotent-Replayed"] = "true"
    return response
