"""The message that has a worker run one job, written straight into the queue where that is the portal's own Valkey.

Celery takes four times as long for the same message, and every version that is registered rings once. Where another
broker is named, Celery sends it.
"""

import base64
import json
import uuid
from functools import lru_cache
from typing import Any, Final

from celery import current_app
from celery.utils.nodenames import anon_nodename
from django.conf import settings

from .broker import broker_client
from .doorbell import HEADER, signature_of

TASK: Final = "jobs.run"
_LATER: Final = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def send(job_id: uuid.UUID) -> None:
    """Put the message into the queue. Raises RedisError, OSError or KombuError when the broker is away."""
    queue = own_queue(settings.CELERY_BROKER_URL, settings.REDIS_URL)
    if queue:
        broker_client(settings.REDIS_URL).lpush(queue, message_of(job_id))
    else:
        current_app.send_task(TASK, (str(job_id),), retry=False)


@lru_cache(maxsize=4)
def own_queue(broker_url: str, redis_url: str) -> str:
    """The name of the queue's list in the portal's own Valkey; "" when the broker is another one."""
    if broker_url != redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host="):
        return ""
    prefix = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"])
    return prefix + str(current_app.conf.task_default_queue)


def message_of(job_id: uuid.UUID) -> str:
    """The message as Celery's protocol (version 2) has it over Redis, signed. A test compares it with Celery's own."""
    number, argument = str(uuid.uuid4()), str(job_id)
    body = json.dumps([[argument], {}, _LATER]).encode()
    headers: dict[str, Any] = {
        "lang": "py", "task": TASK, "id": number, "root_id": number, "parent_id": None, "shadow": None,
        "eta": None, "expires": None, "group": None, "group_index": None, "retries": 0,
        "timelimit": [settings.CELERY_TASK_TIME_LIMIT, None],
        "argsrepr": f"({argument!r},)", "kwargsrepr": "{}", "origin": anon_nodename(),
        "ignore_result": None, "replaced_task_nesting": 0, "stamped_headers": None, "stamps": {},
        HEADER: signature_of(TASK, number, [argument], {}),
    }  # fmt: skip
    properties = {
        "correlation_id": number, "reply_to": "", "delivery_mode": 2, "delivery_tag": number, "priority": 0,
        "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": current_app.conf.task_default_queue},
    }  # fmt: skip
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers,
            "properties": properties,
        }
    )
