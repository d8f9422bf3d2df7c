"""Messages of the queue that are the portal's own: each carries a signature, and nothing else is acted on.

Whoever can write to Valkey could otherwise have any task run with any arguments. The key is the portal's SECRET_KEY,
which Valkey never sees. A message that somebody recorded and sends again is genuine: tasks are safe to run twice, and a
job that is done does not begin again.
"""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any, Final

from celery import Celery, Task
from celery.exceptions import Ignore
from celery.signals import before_task_publish
from django.conf import settings
from kombu.utils import json as wire

HEADER: Final = "doorbell"
_SALT: Final = "modelops.jobs.doorbell"
_TEXT: Final = json.JSONEncoder(sort_keys=True, default=str).encode


def signature_of(name: str, task_id: str, args: Any, kwargs: Any) -> str:
    """The signature of one message, 64 hex digits."""
    given = [list(args or ()), dict(kwargs or {})]
    if kwargs or not all(type(each) is str for each in given[0]):
        # As the other side will read it: what JSON does not know arrives as something else than it was sent as.
        given = wire.loads(wire.dumps(given))
    return hmac.digest(_key(settings.SECRET_KEY), _TEXT([name, task_id, given]).encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """The key of `django.utils.crypto.salted_hmac` for this salt, which that one would make anew for each message."""
    return hashlib.sha256((_SALT + secret).encode()).digest()


@before_task_publish.connect
def sign_message(sender: str = "", body: Any = None, headers: dict[str, Any] | None = None, **kwargs: object) -> None:
    """Sign what this process puts into the queue."""
    if headers is not None and isinstance(body, tuple):
        headers[HEADER] = signature_of(sender, headers["id"], body[0], body[1])


class SignedTask(Task):
    """A task that runs when the portal itself has sent it, or when it is called as a function."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.is_genuine(args, kwargs):
            from .refusals import note_refusal  # models are not there yet when tasks are declared

            note_refusal("not signed", str(self.name))
            raise Ignore
        return super().__call__(*args, **kwargs)

    def is_genuine(self, args: Any, kwargs: Any) -> bool:
        """Whether this call is a function's, or comes by a message that the portal itself has sent."""
        if self.request.called_directly or self.request.is_eager:
            return True
        given = getattr(self.request, HEADER, None)
        if not isinstance(given, str) or not given.isascii():
            return False
        return hmac.compare_digest(given, signature_of(str(self.name), str(self.request.id), args, kwargs))


def remove_builtin_tasks(app: Celery) -> None:
    """Celery's own tasks run other tasks by name (``celery.starmap``); nobody here asks for them."""
    for name in [name for name in app.tasks if name.startswith("celery.")]:
        app.tasks.pop(name)
