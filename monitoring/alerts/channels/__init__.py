"""The ways by which an alert leaves the portal; importing this package registers every kind."""

from . import email, slack, webhook  # noqa: F401  each module registers its kind
from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels

__all__ = ["Channel", "DeliveryFailed", "Field", "Message", "Receipt", "channels"]
