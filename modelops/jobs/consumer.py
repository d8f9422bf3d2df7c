"""What the worker does with messages that are no task of ours, and when it loses the broker with work in hand.

A message that is refused is told to a task of the worker's own, which writes the row. The consumer lives in the
worker's main process, from which others are forked: it must not hold a database connection.
"""

import logging
from typing import Any

from celery.signals import task_rejected, task_unknown
from celery.worker.consumer import Consumer
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class RefusingConsumer(Consumer):
    """Celery's consumer, which outlives the broker and tells of bodies that it cannot or may not read (pickle)."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Let go of the messages in hand before the broken connection is closed.

        Celery closes it twice. When the first attempt fails half-way, the second one would hand unacknowledged messages
        back through a transport that is in pieces by then, and the worker would end with an AttributeError. What was in
        hand is not lost with them: the work stands in rows, and `services.reconcile` rings again.
        """
        for channel in self.connection.transport.channels:
            channel.do_restore = False
        super().on_connection_error_after_connected(exc)

    def call_soon_ack(self, p: Any, *args: Any, **kwargs: Any) -> Any:
        """Acknowledge or reject a message, unless the connection by which it came was lost while its task ran.

        A closed channel has no connection to say it by, and the worker would end with an AttributeError. The message
        stays noted in Valkey and comes again after the visibility timeout; tasks are safe to run twice.
        """

        def unless_lost(*given: Any, **named: Any) -> None:
            if not p.__self__.channel.closed:
                p(*given, **named)

        return super().call_soon_ack(unless_lost, *args, **kwargs)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        super().on_decode_error(message, exc)
        _tell(self.app, "body not readable", str(message.content_type))


@task_unknown.connect
def _unknown_task(sender: Any = None, name: str = "", **kwargs: object) -> None:
    _tell(sender.app, "unknown task", str(name))


@task_rejected.connect
def _rejected(sender: Any = None, message: Any = None, **kwargs: object) -> None:
    _tell(sender.app, "not a task message", str(getattr(message, "content_type", "")))


def _tell(app: Any, reason: str, task: str) -> None:
    try:
        app.send_task("jobs.note_refused_message", (reason, task[:100]), retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.error("A refused message was not told (%s): %s", reason, type(error).__name__)
