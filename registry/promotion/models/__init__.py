"""Requests to move a protected alias, who approved them, and what each model demands of them."""

from .policy import PromotionPolicy
from .promotion import Kind, Promotion, PromotionApproval, State

__all__ = ["Kind", "Promotion", "PromotionApproval", "PromotionPolicy", "State"]
