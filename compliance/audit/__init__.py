"""The audit ledger. Apps declare their events with `define` and write them with `record`."""

from .actor import Actor
from .events import EventClass, define, event_classes
from .ledger import record, record_refusal
from .naming import name_actors, register_names

__all__ = [
    "Actor",
    "EventClass",
    "define",
    "event_classes",
    "name_actors",
    "record",
    "record_refusal",
    "register_names",
]
