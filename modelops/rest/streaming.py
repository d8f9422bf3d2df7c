"""Answers that are made while they are sent belong to their request to the last byte."""

import contextvars
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import StreamingHttpResponse


def carry_context(response: StreamingHttpResponse) -> None:
    """Let what the answer logs and records while it is sent carry the id of its request, and who and where.

    The middleware ends before the first byte is sent, and takes its context back.
    """
    context = contextvars.copy_context()
    closers = [partial(context.run, closer) for closer in response._resource_closers]
    response.streaming_content = _within(context, iter(response.streaming_content))
    response._resource_closers = closers


def _within(context: contextvars.Context, content: Iterator[Any]) -> Iterator[Any]:
    end = object()
    while (chunk := context.run(next, content, end)) is not end:
        yield chunk
