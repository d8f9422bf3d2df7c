from .activity import LegalBasis, ProcessingActivity
from .breach import Breach, BreachState
from .consent import Consent
from .incident import Incident, Severity
from .item import ItemKind, RegisterItem
from .log import LogEntry

__all__ = [
    "Breach",
    "BreachState",
    "Consent",
    "Incident",
    "ItemKind",
    "LegalBasis",
    "LogEntry",
    "ProcessingActivity",
    "RegisterItem",
    "Severity",
]
