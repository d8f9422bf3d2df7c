"""Logs: one JSON object a line on standard error, with the request they belong to."""

import json
import logging
import logging.config
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

_MAX_TEXT = 8_000


class JSONFormatter(logging.Formatter):
    """JSON escapes control characters, so that a value can neither forge a line nor drive a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_MAX_TEXT],
        }
        if current := request_id.get():
            line["request_id"] = current
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)[-_MAX_TEXT:]
        return json.dumps(line, ensure_ascii=True)


def configure(config: dict[str, Any]) -> None:
    """Set up logging for web, worker, beat and commands; called by Django with ``settings.LOGGING``."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JSONFormatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stderr}},
            "root": {"handlers": ["stderr"], "level": config["level"]},
            "loggers": {
                # Each query with its parameters: never, at any level, because parameters carry keys.
                "django.db.backends": {"level": "WARNING"},
                "psycopg.pool": {"level": "ERROR"},
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
                # These print whole requests and answers of key services and object stores: keys and credentials.
                "hvac": {"level": "WARNING"},
                "boto3": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
            },
        }
    )
