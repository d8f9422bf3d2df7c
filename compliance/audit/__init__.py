"""The audit ledger. Apps declare their events with `define` and write them with `record`."""

from .actor import Actor
from .events import EventClass, define, event_classes
from .ledger import record, record_refusal
from .querying import timeline

__all__ = ["Actor", "EventClass", "define", "event_classes", "record", "record_refusal", "timeline"]
