"""Words about a person in texts that anybody may write: tags, parameters, descriptions, notes."""

from .declaring import Texts, declared, free_text

__all__ = ["Texts", "declared", "free_text"]
