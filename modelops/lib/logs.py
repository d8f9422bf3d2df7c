"""Logs: one line an event on standard error, with the request that it belongs to."""

import json
import logging
import logging.config
import os
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

request_id: ContextVar[str] = ContextVar("request_id", default="")

_MAX_TEXT = 8_000


class JSONFormatter(logging.Formatter):
    """JSON escapes control characters, so that a value can neither forge a line nor drive a terminal.

    Every line has ``request_id``; it is empty for what belongs to no request.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_MAX_TEXT],
            "request_id": request_id.get(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)[-_MAX_TEXT:]
        return json.dumps(line, ensure_ascii=True)


class TextFormatter(logging.Formatter):
    """For a person at a terminal: the same escapes, and each line of a traceback set in."""

    def format(self, record: logging.LogRecord) -> str:
        said = _printable(record.getMessage()[:_MAX_TEXT])
        lines = [f"{_at(record)} {record.levelname:<7} {record.name}: {said} [{request_id.get() or '-'}]"]
        if record.exc_info and record.exc_info[0] is not None:
            traceback = self.formatException(record.exc_info)[-_MAX_TEXT:]
            lines += [f"    | {_printable(line)}" for line in traceback.split("\n")]
        return "\n".join(lines)


FORMATS: dict[str, type[logging.Formatter]] = {"json": JSONFormatter, "text": TextFormatter}


def for_server() -> logging.Formatter:
    """What the web server's own lines are written with; it reads no settings."""
    return FORMATS.get(os.environ.get("MODELOPS_LOG_FORMAT", ""), JSONFormatter)()


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def configure(config: dict[str, Any]) -> None:
    """Set up logging for web, worker, beat and commands; called by Django with ``settings.LOGGING``."""
    if config["format"] not in FORMATS:
        raise ImproperlyConfigured(f"MODELOPS_LOG_FORMAT is {config['format']!r}; use {' or '.join(FORMATS)}.")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": FORMATS[config["format"]]}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
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
