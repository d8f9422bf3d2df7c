"""The message that has a worker run one job, written straight into the queue where that is the portal's own Valkey.

Celery takes ten times as long for the same message, and every version that is registered rings once. Where another
broker is named, Celery sends it. Nobody waits for what Valkey says: a message that is lost with it is sent again by the
reconciler, as one is that could not be sent.
"""

import base64
import json
import uuid
from functools import lru_cache
from typing import Any, Final

from celery import current_app
from celery.utils.nodenames import anon_nodename
from django.conf import settings

from modelops.lib.ids import uuid7
from modelops.lib.valkey_line import PushLine

from .broker import broker_client
from .doorbell import HEADER, signature_of

TASK: Final = "jobs.run"
# Around the name of what is a message's own, while the rest is written.
_MARK: Final = "\ue000"
_LATER: Final = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def send(job_id: uuid.UUID) -> None:
    """Put the message into the queue. Raises RedisError, OSError or KombuError when the broker is away."""
    queue = own_queue(settings.CELERY_BROKER_URL, settings.REDIS_URL)
    if queue:
        _line(settings.REDIS_URL).push(queue.encode(), message_of(job_id).encode())
    else:
        current_app.send_task(TASK, (str(job_id),), retry=False)


@lru_cache(maxsize=4)
def _line(redis_url: str) -> PushLine:
    return PushLine(broker_client(redis_url))


@lru_cache(maxsize=4)
def own_queue(broker_url: str, redis_url: str) -> str:
    """The name of the queue's list in the portal's own Valkey; "" when the broker is another one."""
    if broker_url != redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host="):
        return ""
    prefix = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"])
    return prefix + _queue()


@lru_cache(maxsize=1)
def _queue() -> str:
    """The queue of whatever names none; asking Celery for it takes as long as the rest of a message."""
    return str(current_app.conf.task_default_queue)


def message_of(job_id: uuid.UUID) -> str:
    """The message as Celery's protocol (version 2) has it over Redis, signed. A test compares it with Celery's own."""
    number, argument = str(uuid7()), str(job_id)
    own = {"number": number, "argument": argument, "encoded": _encoded(argument)}
    own["signature"] = signature_of(TASK, number, [argument], {})
    pieces = _pieces(settings.CELERY_TASK_TIME_LIMIT, _queue())
    return "".join(own[piece[1:]] if piece[0] == _MARK else piece for piece in pieces)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@lru_cache(maxsize=4)
def _pieces(time_limit: float, queue: str) -> tuple[str, ...]:
    """What stands in each message, and between it the names of what is a message's own, behind a mark."""

    def own(name: str) -> str:
        return f"{_MARK}{name}{_MARK}"

    headers: dict[str, Any] = {
        "lang": "py", "task": TASK, "id": own("number"), "root_id": own("number"), "parent_id": None, "shadow": None,
        "eta": None, "expires": None, "group": None, "group_index": None, "retries": 0, "timelimit": [time_limit, None],
        "argsrepr": f"('{own('argument')}',)", "kwargsrepr": "{}", "origin": anon_nodename(),
        "ignore_result": None, "replaced_task_nesting": 0, "stamped_headers": None, "stamps": {},
        HEADER: own("signature"),
    }  # fmt: skip
    properties = {
        "correlation_id": own("number"), "reply_to": "", "delivery_mode": 2, "delivery_tag": own("number"),
        "priority": 0, "body_encoding": "base64", "delivery_info": {"exchange": "", "routing_key": queue},
    }  # fmt: skip
    text = json.dumps(
        {
            # What stands before the argument has three bytes and the argument 36: each is encoded for itself.
            "body": _encoded('[["') + own("encoded") + _encoded(f'"], {{}}, {json.dumps(_LATER)}]'),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers,
            "properties": properties,
        },
        ensure_ascii=False,
    )
    # Every second piece is a name.
    return tuple(_MARK + piece if place % 2 else piece for place, piece in enumerate(text.split(_MARK)))
