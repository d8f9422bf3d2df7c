"""Answers that a test did not read to the end: their files are closed with the test that asked for them."""

import contextlib
import weakref
from collections.abc import Generator
from typing import Any

import pytest


class Streams:
    """A plugin. Else a file stays open until garbage is looked for, which is in the middle of another test."""

    def __init__(self) -> None:
        self._begun: weakref.WeakSet[Any] = weakref.WeakSet()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Before the fixtures end: closing tells the ledger, as far as the test has left a transaction for it."""
        for answer in list(self._begun):
            if not answer.closed:
                for close in answer._resource_closers:
                    with contextlib.suppress(Exception):
                        close()
        self._begun.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Remember each streamed answer as long as it is there."""
        from django.http import StreamingHttpResponse

        begin, begun = StreamingHttpResponse.__init__, self._begun

        def remembered(self: Any, *args: Any, **kwargs: Any) -> None:
            begin(self, *args, **kwargs)
            begun.add(self)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(StreamingHttpResponse, "__init__", remembered)
            return (yield)
