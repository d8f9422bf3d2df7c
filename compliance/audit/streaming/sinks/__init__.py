"""The kinds of receivers."""

from . import file, http, s3, syslog
from .base import Batch, Field, NotTaken, Sink, sinks

__all__ = ["Batch", "Field", "NotTaken", "Sink", "file", "http", "s3", "sinks", "syslog"]
